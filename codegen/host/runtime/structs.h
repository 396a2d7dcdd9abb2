// Structures of MQL5 that its functions fill.
#pragma once
#include "declared.h"
#include "text.h"
#include "types.h"

struct MqlRates {
    datetime time;
    double open, high, low, close;
    int64_t tick_volume;
    int spread;
    int64_t real_volume;
};
struct MqlTick {
    datetime time;
    double bid, ask, last;
    ulong volume;
    int64_t time_msc;
    uint flags;
    double volume_real;
};
struct MqlDateTime {
    int year, mon, day, hour, min, sec, day_of_week, day_of_year;
};
struct MqlTradeRequest {
    ENUM_TRADE_REQUEST_ACTIONS action;
    ulong magic, order;
    string symbol;
    double volume, price, stoplimit, sl, tp;
    ulong deviation;
    ENUM_ORDER_TYPE type;
    ENUM_ORDER_TYPE_FILLING type_filling;
    ENUM_ORDER_TYPE_TIME type_time;
    datetime expiration;
    string comment;
    ulong position, position_by;
};
struct MqlTradeResult {
    uint retcode;
    ulong deal, order;
    double volume, price, bid, ask;
    string comment;
    uint request_id;
    int retcode_external;
};
struct MqlTradeCheckResult {
    uint retcode;
    double balance, equity, profit, margin, margin_free, margin_level;
    string comment;
};
