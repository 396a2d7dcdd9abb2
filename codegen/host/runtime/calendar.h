// Dates of the server's clock, and the functions of MQL5 that take times apart.
#pragma once
#include "declared.h"
#include "structs.h"

namespace host {

int64_t date_of(int64_t time);         // days since 1970-01-01
int weekday_of(int64_t date);          // 0 Sunday .. 6 Saturday
int64_t month_start(int64_t time);     // midnight of the first of the month
std::string shown_time(int64_t time, int mode);

}  // namespace host

bool TimeToStruct(datetime time, MqlDateTime &parts);
datetime StructToTime(const MqlDateTime &parts);
string TimeToString(datetime time, int mode = TIME_DATE | TIME_MINUTES);
datetime StringToTime(const string &text);
