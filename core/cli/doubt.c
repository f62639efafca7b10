#include "cli/doubt.h"

enum { MINUTE_MS = 60000, HOUR_MINUTES = 60, DAY_MINUTES = 1440 };

const char *doubt_event(enum clock_doubt doubt, bool accepted)
{
    static const char *const events[] = {"clock.sure", "clock.ahead", "clock.away",
                                         "clock.back", "clock.unset"};
    return accepted ? "clock.accepted" : events[doubt];
}

void doubt_add_amount(struct buf *out, int64_t ms, enum lang lang)
{
    uint64_t size = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    uint64_t minutes = (size + MINUTE_MS / 2) / MINUTE_MS, days = minutes / DAY_MINUTES;
    unsigned hours = (unsigned)(minutes % DAY_MINUTES / HOUR_MINUTES),
             rest = (unsigned)(minutes % HOUR_MINUTES);
    const char *gap = "";
    if (days) {
        buf_printf(out, TR(lang, "%llu day%s", "%llu天%s"), (unsigned long long)days,
                   lang == LANG_EN && days > 1 ? "s" : "");
        gap = TR(lang, " ", "");
    }
    if (hours && days < 1000) {
        buf_printf(out, TR(lang, "%s%u h", "%s%u小时"), gap, hours);
        gap = TR(lang, " ", "");
    }
    if ((rest && days < 2) || minutes == 0)
        buf_printf(out, TR(lang, "%s%u min", "%s%u分钟"), gap, rest);
}

void doubt_add_cause(struct buf *out, const struct trust *trust, enum lang lang)
{
    struct buf amount = {0};
    doubt_add_amount(&amount, trust->jump_ms, lang);
    switch (trust->doubt) {
    case CLOCK_AHEAD:
        buf_printf(out,
                   TR(lang, "the clock went forward by %s while the machine ran on",
                      "时钟在机器运行中向前跳了%s"),
                   amount.bytes);
        break;
    case CLOCK_AWAY:
        buf_printf(out,
                   TR(lang,
                      "the clock is %s further than when the plan last ran, and the machine "
                      "was restarted since",
                      "机器重新启动过，时钟比上次运行晚了%s"),
                   amount.bytes);
        break;
    case CLOCK_BACK:
        buf_printf(out,
                   TR(lang,
                      "the clock is %s behind the last run, and the machine was restarted "
                      "since",
                      "机器重新启动过，时钟比上次运行早了%s"),
                   amount.bytes);
        break;
    case CLOCK_UNSET:
        buf_adds(out, TR(lang, "the clock is not set: it shows a year before 2001",
                         "时钟没有设置：显示的年份早于 2001 年"));
        break;
    case CLOCK_SURE:
        buf_adds(out, TR(lang, "the clock is right again", "时钟已恢复正常"));
        break;
    }
    buf_free(&amount);
}

void doubt_add_text(struct buf *out, const struct trust *trust, enum lang lang)
{
    doubt_add_cause(out, trust, lang);
    if (trust->doubt == CLOCK_SURE) {
        buf_adds(out, TR(lang, ": messages go out again", "：消息恢复发送"));
        return;
    }
    buf_adds(out, trust->doubt == CLOCK_AHEAD
                      ? TR(lang, ": messages are held and time goes on from before",
                           "：消息暂停发送，时间仍按跳动之前接着走")
                      : TR(lang, ": messages are held", "：消息暂停发送"));
    buf_adds(out,
             TR(lang,
                "; set the clock right, or 'planrun SCRIPT --accept-clock' takes it as it is",
                "；请校准时钟；时钟若没有错，用 planrun 脚本 --accept-clock 认可"));
}

void doubt_add_accepted(struct buf *out, const struct trust *overruled, enum lang lang)
{
    struct buf amount = {0};
    if (overruled->doubt != CLOCK_SURE) {
        doubt_add_cause(out, overruled, lang);
        buf_adds(out, TR(lang, ": taken as it is, messages go out again",
                         "：已认可现在的时钟，消息恢复发送"));
    } else if (overruled->jump_ms < -TRUST_STEP_HOURS * INT64_C(3600000)) {
        doubt_add_amount(&amount, overruled->jump_ms, lang);
        buf_printf(out,
                   TR(lang, "the clock was set back by %s: taken as it is",
                      "时钟调回了%s：已认可现在的时钟"),
                   amount.bytes);
    } else {
        buf_adds(out, TR(lang, "the clock was not in doubt: nothing to accept",
                         "时钟没有疑问：无需认可"));
    }
    buf_free(&amount);
}
