/* What `planrun help COMMAND` says of the operator's commands: examples first. */
#include "cli/help.h"

#include <stddef.h>
#include <string.h>

static const struct help_text texts[] = {
    {"serve",
     "  planrun serve                           by /etc/planrun/service.lua\n"
     "  planrun serve --config service.lua\n"
     "  planrun serve plans.d --channel jsonl:out.jsonl\n"
     "  planrun apply                           take what has changed, as `systemctl reload` does\n"
     "\n"
     "Runs all plans of the scripts and folders (*.lua; hidden files and copies with ~ are none) in\n"
     "one process with one store, _service.db in the folder of stores; without any those that the\n"
     "configuration names. The other commands find a plan there by its script, as ever; a plan that\n"
     "was run alone before is taken over with all its records. A plan that cannot be opened, or\n"
     "fails, stops no other: the log says why.\n"
     "The configuration says which channels there are, what plans' channel names mean and when\n"
     "messages may go (`planrun check service.lua` checks it). Without one all messages go to one\n"
     "--channel: console, jsonl (standard output) or jsonl:FILE.\n"
     "SIGHUP reloads: the configuration is read anew, changed scripts are taken, new ones opened,\n"
     "plans whose script is gone let go; a script with errors is refused and its plan goes on as it\n"
     "was. SIGTERM ends within two seconds; what is under way is tried again at the next start.\n"
     "The log goes to standard error, an event a line, key=value or --log json. --once ends when\n"
     "everything that is due is done. --accept-clock takes a clock that is in doubt as it is, also\n"
     "for a service that runs: then it says so and ends.\n",
     "  planrun serve                           按 /etc/planrun/service.lua 运行\n"
     "  planrun serve --config service.lua\n"
     "  planrun serve plans.d --channel jsonl:out.jsonl\n"
     "  planrun apply                           采用改过的脚本，同 systemctl reload\n"
     "\n"
     "在一个进程、一个数据库（存放记录的文件夹里的 _service.db）里运行所列脚本和文件夹中的全部\n"
     "方案（*.lua；隐藏文件和带 ~ 的副本除外）；什么都不写，就是配置里写的方案。其他命令照旧按脚本\n"
     "查看和登记；以前单独运行过的方案，连同全部记录一并接管。某个方案打不开或出错，不影响别的\n"
     "方案，原因见日志。\n"
     "配置规定有哪些渠道，方案里的渠道名指哪一个，什么时候可以发（用 planrun check service.lua\n"
     "检查）。没有配置时，消息都发往 --channel：console（屏幕）、jsonl（标准输出）或 jsonl:文件。\n"
     "收到 SIGHUP 就重新读取：配置重读，改过的脚本采用，新的打开，脚本已删除的不再运行；脚本有错误\n"
     "的不采用，原来的版本照常运行。收到 SIGTERM，两秒内退出，正在发送的下次启动后重试。\n"
     "日志写到标准错误，一件事一行，格式为 键=值，或用 --log json。--once 办完到期的就退出。\n"
     "--accept-clock 认可有疑问的时钟；服务正在运行时，转告服务后退出。\n"},
    {"outbox",
     "  planrun outbox                          what the service has still to send\n"
     "  planrun outbox plan.lua                 the same of one plan, served or run alone\n"
     "  planrun outbox --state given-up --json\n"
     "  planrun outbox retry 17 18              try these at once\n"
     "  planrun outbox retry --failed           … all that were given up\n"
     "  planrun outbox cancel 17                never send this one\n"
     "  planrun outbox restore hook:ward-1      a recipient that was gone is back\n"
     "\n"
     "Messages by what has become of them: given up, held, under way, waiting; each with its number,\n"
     "channel, address, unit, what was tried, when it goes next, why it failed and what it is about\n"
     "(plan:item). --state shows one kind: given-up, held, under-way, waiting, repeated (an attempt\n"
     "may have arrived, and it is or will be sent again), sent, cancelled, dropped (all of it was\n"
     "done before it went). --count: so many of each, 20 unless said. --json: one object a line.\n"
     "\n"
     "A message that fails is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours,\n"
     "then it is given up, and the operator's alarm says so. retry begins that row anew. A recipient\n"
     "whose end says that it is gone for good (HTTP 410) gets nothing more; restore, with channel\n"
     "and address as they are listed, ends that and tries its messages again.\n"
     "\n"
     "A store that was restored from a backup holds what may have been sent after the backup was\n"
     "made: --release sends it, --cancel-held drops it. Look at what is held first.\n"
     "\n"
     "Works beside a service or a run, which does it at once, and without one. --service is what it\n"
     "is without a script; --fast is about the store of an accelerated run.\n",
     "  planrun outbox                          服务还要发什么\n"
     "  planrun outbox plan.lua                 同上，只看一个方案，由服务运行或单独运行都行\n"
     "  planrun outbox --state given-up --json\n"
     "  planrun outbox retry 17 18              马上重发这几条\n"
     "  planrun outbox retry --failed           已放弃的全部重发\n"
     "  planrun outbox cancel 17                这一条不再发\n"
     "  planrun outbox restore hook:ward-1      停用的收件人恢复了\n"
     "\n"
     "按情况列出消息：已放弃、暂扣、正在发送、待发；每条有编号、渠道、地址、单位、试过几次、下次\n"
     "什么时候、失败的原因、涉及的事项（方案:事项）。--state 只看一种：given-up 已放弃，held 暂扣，\n"
     "under-way 正在发送，waiting 待发，repeated 可能重复（可能已送到，又要再发），sent 已发，\n"
     "cancelled 已取消，dropped 无需再发（发送前都已办完）。--count 每种最多列几条，默认 20。\n"
     "--json 每行一个对象。\n"
     "\n"
     "没发成的消息，在 5 秒、5 分钟、30 分钟、2、5、10、14、20、24 小时后重试，仍不成就放弃，并发出\n"
     "告警；retry 从头再来。对方答复永久停用（HTTP 410）的收件人，以后什么都不发；restore 按列出的\n"
     "渠道和地址恢复它，它的消息重新发送。\n"
     "\n"
     "由备份恢复的库，备份之后可能已经发过的消息先暂扣：--release 照发，--cancel-held 不再发。请先看\n"
     "暂扣了什么，再决定。\n"
     "\n"
     "服务或运行着的方案会马上照办，没有运行时由命令自己办。不写脚本就是看服务（同 --service）；\n"
     "--fast 是快走的库。\n"},
};

const struct help_text *help_service(const char *command)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].command, command) == 0)
            return &texts[i];
    return NULL;
}
