/*
 * Writes a roster of so many persons in wards as a workbook: ids, names, kinds, parents, telephone
 * numbers, days of joining, by libxlsxwriter – with shared strings, as Excel and WPS write them, or
 * with "inline" the texts in their cells, as programs that stream do.
 *
 *   gen_xlsx FILE [ROWS] [inline]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xlsxwriter.h>

enum { WARDS = 400, FIRST_DAY = 36526 /* 2000-01-01 */ };

static const char *const posts[] = {"护士", "医师", "技师", "药师", "工勤", "行政"};

static void ward(lxw_worksheet *sheet, lxw_row_t row)
{
    char id[32], name[64];
    snprintf(id, sizeof id, "w%03u", (unsigned)row);
    snprintf(name, sizeof name, "样例第%u病区", (unsigned)row);
    worksheet_write_string(sheet, row, 0, id, NULL);
    worksheet_write_string(sheet, row, 1, name, NULL);
    worksheet_write_string(sheet, row, 2, "ward", NULL);
}

static void person(lxw_worksheet *sheet, lxw_row_t row, lxw_format *day)
{
    char text[64];
    unsigned number = (unsigned)row, of = number % WARDS + 1;
    snprintf(text, sizeof text, "p%06u", number);
    worksheet_write_string(sheet, row, 0, text, NULL);
    snprintf(text, sizeof text, "样例第%u病区%s%u", of, posts[number % 6], number / WARDS);
    worksheet_write_string(sheet, row, 1, text, NULL);
    worksheet_write_string(sheet, row, 2, "person", NULL);
    snprintf(text, sizeof text, "w%03u", of);
    worksheet_write_string(sheet, row, 3, text, NULL);
    worksheet_write_number(sheet, row, 4, 13800000000.0 + number, NULL);
    worksheet_write_number(sheet, row, 5, FIRST_DAY + number % 9000, day);
}

int main(int argc, char **argv)
{
    static const char *const header[] = {"编号", "姓名", "类别", "上级", "联系方式", "起"};
    unsigned rows = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100000;
    if (argc < 2 || rows < WARDS)
        return 2;
    lxw_workbook_options options = {.constant_memory =
                                        argc > 3 && strcmp(argv[3], "inline") == 0};
    lxw_workbook *book = workbook_new_opt(argv[1], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "名册");
    lxw_format *day = workbook_add_format(book);
    format_set_num_format(day, "yyyy\"年\"m\"月\"d\"日\"");
    for (lxw_col_t i = 0; i < 6; i++)
        worksheet_write_string(sheet, 0, i, header[i], NULL);
    for (lxw_row_t row = 1; row <= rows; row++)
        if (row <= WARDS)
            ward(sheet, row);
        else
            person(sheet, row, day);
    return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
