#include "files/roster_csv.h"

#include "files/decode.h"
#include "files/roster_rows.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE_BYTES = 64 * 1024, ROW_BYTES = 16 };

struct load {
    struct roster_rows rows;
    struct csv csv;
};

/* The first cell of the next row, should it be an id: wrong guesses do no harm. */
static void expect_next(struct load *load)
{
    const char *at = load->csv.at;
    size_t rest = (size_t)(load->csv.end - at);
    const char *stop = memchr(at, ',', rest < ROSTER_MOST_ID ? rest : ROSTER_MOST_ID);
    if (stop && load->rows.order[0] == ROSTER_ID)
        roster_expect(load->rows.roster, at, (size_t)(stop - at));
}

static int read_rows(struct load *load)
{
    struct csv *csv = &load->csv;
    enum csv_result result;
    while (!load->rows.stopped && (result = csv_next(csv)) != CSV_END) {
        if (result < 0) {
            roster_error(load->rows.roster, "bad-csv", csv->fault_line, csv->fault, 0, "%s",
                         csv_problem(result, load->rows.lang));
            roster_rows_fail(&load->rows);
            continue;
        }
        struct roster_line line = {csv->row_line, csv->row, csv->cells, csv->count};
        expect_next(load);
        roster_rows_take(&load->rows, &line);
    }
    return roster_rows_end(&load->rows);
}

/* Rows by the lines of the first bytes; no more than the file can hold, so that a file of empty
 * lines does not ask for memory that it has no rows for. */
static size_t guess_rows(const char *text, size_t length)
{
    size_t sample = length < SAMPLE_BYTES ? length : SAMPLE_BYTES, lines = 1;
    for (size_t i = 0; i < sample; i++)
        lines += text[i] == '\n';
    if (sample < length)
        lines = (size_t)((double)lines * (double)length / (double)sample);
    return lines < length / ROW_BYTES + 1 ? lines : length / ROW_BYTES + 1;
}

/* The text cannot be shown, so that the place is counted here; columns are bytes. */
static void bad_encoding(struct load *load, const char *bytes, size_t length, size_t at,
                         enum decoded decoded)
{
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++)
        if (bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    bool workbook = length >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 ||
                                    memcmp(bytes, "\xd0\xcf\x11\xe0", 4) == 0);
    const char *problem = workbook ? TR(load->rows.lang, "this is a workbook of Excel, not CSV",
                                        "这是 Excel 工作簿（xlsx、xls），不是 CSV")
                                   : decode_problem(decoded, load->rows.lang);
    struct finding *finding =
        roster_error(load->rows.roster, "bad-encoding", line, NULL, 0, "%s", problem);
    if (workbook)
        finding->help = TR(load->rows.lang,
                           "call it .xlsx, or save it in Excel or WPS as CSV, comma separated",
                           "请把文件名改为 .xlsx，或在 Excel、WPS 里另存为“CSV（逗号分隔）”");
    finding->place.column = (uint32_t)(at - start) + 1;
}

int roster_load_csv_bytes(struct roster *roster, const char *shown, char *bytes, size_t length,
                          struct err *err)
{
    size_t at = 0;
    enum decoded decoded = decode_text(&bytes, &length, &at);
    struct load *load = mem_resize(NULL, 1, sizeof *load);
    roster_begin_file(roster, shown, bytes, length);
    roster_rows_begin(&load->rows, roster);
    int code = ERR_INVALID;
    if (decoded < 0) {
        bad_encoding(load, bytes, length, at, decoded);
    } else {
        roster_reserve(roster, guess_rows(bytes, length));
        csv_start(&load->csv, bytes, length);
        code = read_rows(load);
    }
    free(load);
    return code < 0 ? err_set(err, ERR_INVALID, "%s has errors", shown) : 0;
}
