#include "cli/outlet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool outlet_is(const char *text)
{
    return strcmp(text, "console") == 0 || strcmp(text, "jsonl") == 0 ||
           (strncmp(text, "jsonl:", 6) == 0 && text[6]);
}

int outlet_open(struct cli *cli, const char *text, struct channel **out)
{
    struct err err = {0};
    if (strcmp(text, "console") == 0) {
        bool color = isatty(fileno(cli->out)) && !getenv("NO_COLOR");
        *out = channel_console_new(cli->out, cli->lang, color);
        return EXIT_FINE;
    }
    const char *file = strcmp(text, "jsonl") == 0 ? "-" : text + strlen("jsonl:");
    return channel_jsonl_new(file, out, &err) < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}
