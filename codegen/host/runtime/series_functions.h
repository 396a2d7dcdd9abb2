// Time series access of MQL5.
#pragma once
#include "array.h"
#include "declared.h"
#include "structs.h"

int Bars(const string &symbol, ENUM_TIMEFRAMES timeframe);
int Bars(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to);
int iBars(const string &symbol, ENUM_TIMEFRAMES timeframe);
int iBarShift(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime time, bool exact = false);
datetime iTime(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iOpen(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iHigh(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iLow(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iClose(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
int64_t iVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
int64_t iTickVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
int64_t iRealVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
int iSpread(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift);
int iHighest(const string &symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE mode,
             int count = WHOLE_ARRAY, int start = 0);
int iLowest(const string &symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE mode,
            int count = WHOLE_ARRAY, int start = 0);
int64_t SeriesInfoInteger(const string &symbol, ENUM_TIMEFRAMES timeframe,
                          ENUM_SERIES_INFO_INTEGER property);
bool SeriesInfoInteger(const string &symbol, ENUM_TIMEFRAMES timeframe,
                       ENUM_SERIES_INFO_INTEGER property, int64_t &value);
int PeriodSeconds(ENUM_TIMEFRAMES timeframe = PERIOD_CURRENT);

#define HOST_COPY(NAME, TYPE)                                                                     \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, int start, int count,               \
             Array<TYPE> &values);                                                                \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime start, int count,          \
             Array<TYPE> &values);                                                                \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime start, datetime stop,      \
             Array<TYPE> &values);
HOST_COPY(CopyRates, MqlRates)
HOST_COPY(CopyTime, datetime)
HOST_COPY(CopyOpen, double)
HOST_COPY(CopyHigh, double)
HOST_COPY(CopyLow, double)
HOST_COPY(CopyClose, double)
HOST_COPY(CopyTickVolume, int64_t)
HOST_COPY(CopyRealVolume, int64_t)
HOST_COPY(CopySpread, int)
#undef HOST_COPY
