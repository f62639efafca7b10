/* `planrun help roster`. */
#include "cli/help.h"

#include <string.h>

static const char roster_en[] =
    "  planrun roster plan.lua                            the tree and the groups, with numbers\n"
    "  planrun roster plan.lua --unit 内科                who is in it\n"
    "  planrun roster plan.lua join --unit n7 --name 内科护士07 --parent inner --on 2026-05-01\n"
    "  planrun roster plan.lua transfer --unit n7 --parent surgery --groups b2 --on 2026-06-01\n"
    "  planrun roster plan.lua absent --unit n7 --on 2026-06-10 --until 2026-06-20 --reason 产假\n"
    "  planrun roster plan.lua leave --unit n7 --on 2026-07-01\n"
    "  planrun roster plan.lua merge --unit ward-3 --into ward-2 --on 2026-07-01\n"
    "  planrun roster plan.lua --from new.xlsx --on 2026-07-01          what would change\n"
    "  planrun roster plan.lua --from new.xlsx --on 2026-07-01 --apply  … and take it\n"
    "\n"
    "The roster of a day: the files that the plan names, and what was recorded behind them. --on is\n"
    "the first day on which a change holds, by default today; it may lie ahead. join and open bring\n"
    "a new unit (--name, --kind, --parent, --groups, --tags, --staff, --contact); who joins is a\n"
    "person unless --kind says else. leave and close: --on is the first day without it. transfer\n"
    "gives another --parent or --groups, and keeps what has been handed in. absent: on leave, neither\n"
    "reminded nor missing until --until; said again with --until when that is known. merge closes a\n"
    "unit and puts all in it into another. change: --name, --contact, --tags, --staff.\n"
    "Who joins with seven days left before a due is asked for it, who leaves is asked no more.\n"
    "--from compares a CSV or XLSX (--sheet) with the roster by id and names every difference; only\n"
    "kinds that the file has are compared, and no column that it leaves empty. Nothing is recorded\n"
    "without --apply; then all of it is one record, and 'planrun undo' takes it back.\n"
    "--as-of shows another day, --unit one unit, --depth so many levels; --json gives one object a\n"
    "line, and of a comparison all of it. --reason, --by, --key, --fast as with submit.\n";

static const char roster_zh[] =
    "  planrun roster plan.lua                            单位树和各组织，附人数\n"
    "  planrun roster plan.lua --unit 内科                某个单位里有谁\n"
    "  planrun roster plan.lua join --unit n7 --name 内科护士07 --parent inner --on 2026-05-01\n"
    "  planrun roster plan.lua transfer --unit n7 --parent surgery --groups b2 --on 2026-06-01\n"
    "  planrun roster plan.lua absent --unit n7 --on 2026-06-10 --until 2026-06-20 --reason 产假\n"
    "  planrun roster plan.lua leave --unit n7 --on 2026-07-01\n"
    "  planrun roster plan.lua merge --unit ward-3 --into ward-2 --on 2026-07-01\n"
    "  planrun roster plan.lua --from 新名册.xlsx --on 2026-07-01          有哪些变动\n"
    "  planrun roster plan.lua --from 新名册.xlsx --on 2026-07-01 --apply  确认并登记\n"
    "\n"
    "某一天的名册：方案所列的名册文件，加上此后登记的变动。--on 是变动生效的第一天，默认今天，可以是将来。\n"
    "join（入册）、open（设立）登记新的人员或单位：--name、--kind、--parent、--groups、--tags、--staff、\n"
    "--contact；join 不写 --kind 就是人员。leave（离册）、close（撤销）：--on 是不在的第一天。\n"
    "transfer（调动）换上级或小组，已交的仍然算数。absent（请假）到 --until 为止不提醒、不算缺；归期未定\n"
    "可以不写，定了再用同一个起始日登记一次。merge（并入）撤销一个单位，里面的人都归入另一个。\n"
    "change（变更）改 --name、--contact、--tags、--staff。\n"
    "期限前至少还有七天加入的，照常要交；离开的不再要交。\n"
    "--from 拿 CSV 或 XLSX（--sheet 指明工作表）按编号与现有名册比对，逐条列出差别；只比文件里有的类别，\n"
    "整列空着的不比。不加 --apply 什么也不登记；加了就一次登记，planrun undo 可以整个撤回。\n"
    "--as-of 看另一天，--unit 看一个单位，--depth 看几级；--json 每行一个对象，比对时列出全部。\n"
    "--reason、--by、--key、--fast 与 submit 相同。\n";

const struct help_text *help_roster(const char *command)
{
    static const struct help_text text = {"roster", roster_en, roster_zh};
    return strcmp(command, "roster") == 0 ? &text : NULL;
}
