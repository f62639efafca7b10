/*
 * What the tests of rosters and selectors share: a plan with one of each sort of unit and group,
 * and a roster over it from text. For one fixture a test; everything ends with kit_close.
 */
#ifndef TESTS_ROSTER_KIT_H
#define TESTS_ROSTER_KIT_H

#include "base/json.h"
#include "files/roster_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kit {
    struct arena *arena;
    struct findings findings;
    const struct plan *plan;
    struct roster *roster;
    struct err err;
};

/* hospital with a class of departments and one of wards in departments, party branches as groups
 * with rows of their own, members and a study group as single groups, staff from the roster. */
static const char kit_units[] =
    "\"units\":[{\"id\":\"bureau\",\"name\":\"市卫生局\"},"
    "{\"id\":\"hospital\",\"name\":\"医院\",\"parent\":\"bureau\",\"contact\":\"a@b.example\","
    "\"tags\":[\"big\"],\"staff\":900},"
    "{\"id\":\"office\",\"name\":\"党政办\",\"parent\":\"hospital\",\"kind\":\"department\"},"
    "{\"id\":\"department\",\"name\":\"各科室\",\"parent\":\"hospital\",\"many\":true},"
    "{\"id\":\"ward\",\"name\":\"各病区\",\"parent\":\"department\",\"many\":true}],"
    "\"groups\":[{\"id\":\"branch\",\"name\":\"党支部\",\"parent\":\"hospital\",\"many\":true},"
    "{\"id\":\"member\",\"name\":\"党员\"},"
    "{\"id\":\"study\",\"name\":\"中心组\",\"parent\":\"hospital\"}],"
    "\"rosters\":[{\"file\":\"r.csv\",\"kinds\":[\"person\"]}]";

static inline struct value *kit_json(struct kit *kit, const char *text)
{
    static const struct value_limits limits = {1000000, 64, 1 << 26};
    struct value *value = NULL;
    if (json_parse(kit->arena, text, strlen(text), &limits, &value, &kit->err) < 0) {
        fprintf(stderr, "no JSON: %s\n%s\n", kit->err.message, text);
        abort();
    }
    return value;
}

/* A new roster over a plan with these units, groups and rosters; 0 or the code of roster_new. */
static inline int kit_open(struct kit *kit, const char *units, enum lang lang)
{
    *kit = (struct kit){.arena = arena_new()};
    kit->findings = findings_new(kit->arena, lang);
    const char *text = arena_printf(
        kit->arena, "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"方案\"},%s}", units);
    if (plan_compile(kit->arena, kit_json(kit, text), NULL, &kit->plan, &kit->err) < 0)
        return kit->err.code;
    return roster_new(kit->plan, &kit->findings, &kit->roster, &kit->err);
}

/* Adds a file's bytes. */
static inline int kit_load(struct kit *kit, const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return roster_load_csv_bytes(kit->roster, "r.csv", copy, length, &kit->err);
}

static inline void kit_close(struct kit *kit)
{
    roster_free(kit->roster);
    findings_free(&kit->findings);
    arena_free(kit->arena);
}

/* The findings as a person sees them. */
static inline const char *kit_text(struct kit *kit)
{
    struct buf text = {0};
    findings_render(&text, &kit->findings, 0);
    const char *copy = arena_string(kit->arena, text.bytes ? text.bytes : "");
    buf_free(&text);
    return copy;
}

#endif
