"""Prints new moons and solar terms from python3-ephem as civil days of China, for test_calendar.c.

One line a year: the day number of 1 January, then the days (0-based, of the year) of the new moons, a
semicolon, the days of the 24 terms from 小寒 on. A "~" follows a day whose instant lies within three
minutes of midnight: there the choice of theory decides, and the test allows one day.
China kept Beijing local mean time (UTC+7:45:40) until 1928 and UTC+8 since.
"""
import datetime
import math

import ephem

EPOCH = datetime.datetime(1970, 1, 1)


def civil(instant, year):
    offset = 8 * 3600 if year >= 1929 else 7 * 3600 + 45 * 60 + 40
    seconds = (instant.datetime() - EPOCH).total_seconds() + offset
    near = min(seconds % 86400, 86400 - seconds % 86400) < 180
    return int(seconds // 86400), near


def longitude(instant):
    sun = ephem.Sun(instant)
    return math.degrees(ephem.Ecliptic(ephem.Equatorial(sun.g_ra, sun.g_dec, epoch=instant), epoch=instant).lon)


def term_instant(year, index):
    target = (285 + 15 * index) % 360
    low = ephem.Date(datetime.datetime(year, index // 2 + 1, 1 if index % 2 == 0 else 14))
    high = ephem.Date(low + 18)
    ahead = lambda t: (longitude(t) - target + 180) % 360 - 180
    while high - low > 1 / 86400:
        middle = ephem.Date((low + high) / 2)
        if ahead(middle) < 0:
            low = middle
        else:
            high = middle
    return ephem.Date(high)


def show(day, near, base):
    return f"{day - base}{'~' if near else ''}"


for year in range(1901, 2101):
    base = (datetime.date(year, 1, 1) - datetime.date(1970, 1, 1)).days
    end = (datetime.date(year + 1, 1, 1) - datetime.date(1970, 1, 1)).days
    moons, instant = [], ephem.Date(datetime.datetime(year - 1, 12, 29))
    while True:
        instant = ephem.next_new_moon(instant)
        day, near = civil(instant, year)
        if day >= end:
            break
        if day >= base:
            moons.append(show(day, near, base))
        instant = ephem.Date(instant + 1)
    terms = [show(*civil(term_instant(year, i), year), base) for i in range(24)]
    print(base, " ".join(moons), ";", " ".join(terms))
