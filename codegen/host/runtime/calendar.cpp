#include "calendar.h"
#include <cstdio>

namespace host {

namespace {

const int64_t DAY = 86400;

// Days before January 1st of a year, counted from 1970-01-01.
int64_t days_before_year(int64_t year) {
    const int64_t y = year - 1;
    return 365 * (year - 1970) + (y / 4 - 492) - (y / 100 - 19) + (y / 400 - 4);
}

bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int month, int64_t year) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : DAYS[month - 1];
}

}  // namespace

int64_t date_of(int64_t time) { return (time >= 0 ? time : time - (DAY - 1)) / DAY; }

int weekday_of(int64_t date) { return static_cast<int>(((date + 4) % 7 + 7) % 7); }

int64_t month_start(int64_t time) {
    MqlDateTime parts;
    TimeToStruct(time, parts);
    return (date_of(time) - (parts.day - 1)) * DAY;
}

std::string shown_time(int64_t time, int mode) {
    MqlDateTime at;
    TimeToStruct(time, at);
    char date[48] = "", clock[48] = "";
    if (mode & TIME_DATE)
        std::snprintf(date, sizeof date, "%04d.%02d.%02d", at.year, at.mon, at.day);
    if (mode & TIME_SECONDS)
        std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", at.hour, at.min, at.sec);
    else if (mode & TIME_MINUTES)
        std::snprintf(clock, sizeof clock, "%02d:%02d", at.hour, at.min);
    const std::string between = *date && *clock ? " " : "";
    return date + between + clock;
}

}  // namespace host

bool TimeToStruct(datetime time, MqlDateTime &parts) {
    const int64_t date = host::date_of(time);
    const int64_t second = time.value - date * host::DAY;
    int64_t year = 1970 + date * 400 / 146097;
    while (host::days_before_year(year) > date)
        year--;
    while (host::days_before_year(year + 1) <= date)
        year++;
    int left = static_cast<int>(date - host::days_before_year(year));
    parts.day_of_year = left;
    int month = 1;
    while (left >= host::days_in_month(month, year))
        left -= host::days_in_month(month++, year);
    parts.year = static_cast<int>(year);
    parts.mon = month;
    parts.day = left + 1;
    parts.hour = static_cast<int>(second / 3600);
    parts.min = static_cast<int>(second / 60 % 60);
    parts.sec = static_cast<int>(second % 60);
    parts.day_of_week = host::weekday_of(date);
    return true;
}

datetime StructToTime(const MqlDateTime &parts) {
    int64_t date = host::days_before_year(parts.year) + parts.day - 1;
    for (int month = 1; month < parts.mon && month <= 12; month++)
        date += host::days_in_month(month, parts.year);
    return date * host::DAY + parts.hour * 3600 + parts.min * 60 + parts.sec;
}

string TimeToString(datetime time, int mode) { return host::shown_time(time, mode); }

datetime StringToTime(const string &text) {
    MqlDateTime at = {1970, 1, 1, 0, 0, 0, 0, 0};
    if (std::sscanf(text.text.c_str(), "%d.%d.%d %d:%d:%d", &at.year, &at.mon, &at.day, &at.hour,
                    &at.min, &at.sec) < 3)
        return 0;
    return StructToTime(at);
}
