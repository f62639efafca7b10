#include "script/luatext.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

void luatext_clean(struct buf *out, const char *bytes, size_t length, size_t most)
{
    size_t kept = utf8_cut(bytes, length, most);
    for (size_t at = 0, size; at < kept; at += size) {
        uint32_t code = 0;
        size = utf8_next(bytes + at, kept - at, &code);
        if (!size)
            break;
        if (code == '\n' || code == '\t')
            buf_adds(out, " ");
        else if (utf8_has_control(bytes + at, size))
            buf_printf(out, "\\u{%x}", (unsigned)code);
        else
            buf_add(out, bytes + at, size);
    }
    if (kept < length)
        buf_adds(out, "…");
}

/* Lua's messages; each * is a part that is kept, in order $1 $2 $3. The more special ones first. */
static const struct {
    const char *english, *chinese;
} messages[] = {
    {"attempt to call a * value (global '*')", "“$2”不是可以调用的词（它是 $1）"},
    {"attempt to call a * value (*)", "调用了不能调用的值（$2 是 $1）"},
    {"attempt to call a * value", "调用了不能调用的值（$1）；前一行末尾是否缺少逗号？"},
    {"attempt to index a * value (*)", "$2 是 $1，不能取其中的字段"},
    {"attempt to index a * value", "$1 类型的值不能取字段"},
    {"attempt to concatenate a * value (*)", "$2 是 $1，不能用 .. 连接"},
    {"attempt to concatenate a * value", "$1 类型的值不能用 .. 连接"},
    {"attempt to perform arithmetic on a * value (*)", "$2 是 $1，不能参与运算"},
    {"attempt to perform arithmetic on a * value", "$1 类型的值不能参与运算"},
    {"attempt to perform bitwise operation on a * value*", "$1 类型的值不能做位运算"},
    {"attempt to compare two * values", "两个 $1 类型的值不能比较大小"},
    {"attempt to compare * with *", "$1 与 $2 不能比较大小"},
    {"attempt to get length of a * value*", "$1 类型的值没有长度"},
    {"attempt to divide by zero", "除数为零"},
    {"attempt to perform 'n%%0'", "除数为零"},
    {"attempt to change a library of the language", "不能改写方案语言自带的库"},
    {"number has no integer representation", "数值不是整数"},
    {"'*' expected (to close '*' at line *) near *",
     "在 $4 附近缺少“$1”（与第 $3 行的“$2”配对）"},
    {"'*' expected near *", "在 $2 附近缺少“$1”"},
    {"<name> expected near *", "在 $1 附近应当是名称"},
    {"unexpected symbol near *", "$1 附近有不该出现的符号"},
    {"syntax error near *", "$1 附近语法有误"},
    {"unfinished string near *", "文本没有结束的引号：$1"},
    {"unfinished long string (starting at line *) near *", "长文本没有结束（从第 $1 行开始）"},
    {"unfinished long comment (starting at line *) near *", "长注释没有结束（从第 $1 行开始）"},
    {"malformed number near *", "数字写法有误：$1"},
    {"invalid escape sequence *", "不认识的转义：$1"},
    {"attempt to load a binary chunk*", "这是编译过的代码，不是文本脚本"},
    {"chunk has too many syntax levels", "嵌套层数过多"},
    {"C stack overflow*", "嵌套层数过多"},
    {"stack overflow*", "函数调用层数过多（是否无限递归？）"},
    {"too many * (limit is *) in *", "$1 过多（上限 $2）"},
    {"not enough memory", "内存不足"},
    {"resulting string too large", "生成的文本过大"},
    {"pattern too complex", "匹配模式过于复杂"},
    {"bad argument #* to '*' (*)", "$2 的第 $1 个参数不对（$3）"},
    {"invalid value (at index *) in table for 'concat'",
     "table.concat：第 $1 项不是文本或数字"},
    {"assertion failed!", "断言不成立（assert）"},
};

struct part {
    const char *start;
    size_t length;
};

/* Matches the whole text; a part ends where the literal behind its * is next found. */
static bool match(const char *pattern, const char *text, struct part parts[4])
{
    size_t count = 0;
    while (*pattern) {
        if (*pattern != '*') {
            if (*pattern++ != *text++)
                return false;
            continue;
        }
        pattern++;
        size_t literal = strcspn(pattern, "*");
        const char *end = text + strlen(text);
        if (literal) {
            char behind[64];
            if (literal >= sizeof behind || count == 4)
                return false;
            memcpy(behind, pattern, literal);
            behind[literal] = '\0';
            end = strstr(text, behind);
            if (!end)
                return false;
        }
        if (count == 4)
            return false;
        parts[count++] = (struct part){text, (size_t)(end - text)};
        text = end;
    }
    return *text == '\0';
}

static void fill(struct buf *out, const char *format, const struct part parts[4])
{
    for (; *format; format++) {
        if (*format == '$' && format[1] >= '1' && format[1] <= '4') {
            const struct part *part = &parts[*++format - '1'];
            buf_add(out, part->start, part->length);
        } else {
            buf_add(out, format, 1);
        }
    }
}

void luatext_tell(struct buf *out, const char *message, enum lang lang)
{
    for (size_t i = 0; lang == LANG_ZH && i < sizeof messages / sizeof *messages; i++) {
        struct part parts[4] = {0};
        if (match(messages[i].english, message, parts)) {
            fill(out, messages[i].chinese, parts);
            return;
        }
    }
    buf_adds(out, message);
}
