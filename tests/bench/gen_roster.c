/*
 * Writes a nation's roster as CSV to standard output: 31 provinces, 333 cities, 2,844 counties and
 * as many institutions as the first argument says (default 1,000,000), level by level, as a
 * ministry would collect it. With a second argument "mixed" the institutions come in no order.
 * Every twentieth institution is tagged, every thousandth has a quoted name; all is made of
 * numbers, so that each run gives the same bytes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROVINCES = 31, CITIES = 333, COUNTIES = 2844, STEP = 7919 };

static const char *const forms[] = {"人民医院", "中医院",           "妇幼保健院", "乡镇卫生院",
                                    "村卫生室", "社区卫生服务中心", "疾控中心",   "门诊部"};
static const char *const tags[] = {"public", "grade-3", "rural", "public;grade-2", "teaching"};

static void institution(unsigned long i)
{
    unsigned long county = i % COUNTIES;
    const char *quote = i % 1000 == 0 ? "\"" : "";
    printf("h%07lu,%s样例县%04lu第%lu%s%s%s,institution,x%04lu,,%s,%lu,", i, quote, county,
           i / COUNTIES, forms[i % 8], i % 1000 == 0 ? "（总院，含分院）" : "", quote, county,
           i % 20 == 0 ? tags[i / 20 % 5] : "", 5 + i * 37 % 900);
    if (i % 4 == 0)
        printf("office%lu@x%04lu.example", i, county);
    printf(",,%s\n", i % 500 == 0 ? "2013-06-30" : "");
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    bool mixed = argc > 2 && strcmp(argv[2], "mixed") == 0;
    puts("id,name,kind,parent,groups,tags,staff,contact,from,until");
    for (int i = 0; i < PROVINCES; i++)
        printf("p%02d,样例省%02d卫生厅,province,ministry,,,120,p%02d@health.example,,\n", i, i,
               i);
    for (int i = 0; i < CITIES; i++)
        printf("c%03d,样例市%03d卫生局,city,p%02d,,,60,c%03d@health.example,,\n", i, i,
               i % PROVINCES, i);
    for (int i = 0; i < COUNTIES; i++)
        printf("x%04d,样例县%04d卫生局,county,c%03d,,,30,x%04d@health.example,,\n", i, i,
               i % CITIES, i);
    for (unsigned long i = 0; i < count; i++)
        institution(mixed ? i * STEP % count : i);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
