#include "ctrade.h"
#include "series_functions.h"
#include "terminal.h"
#include "trading.h"
#include <algorithm>

namespace {

const struct {
    uint code;
    const char *text;
} ANSWERS[] = {
    {TRADE_RETCODE_REQUOTE, "requote"},
    {TRADE_RETCODE_REJECT, "rejected"},
    {TRADE_RETCODE_CANCEL, "canceled"},
    {TRADE_RETCODE_PLACED, "placed"},
    {TRADE_RETCODE_DONE, "done"},
    {TRADE_RETCODE_DONE_PARTIAL, "done partially"},
    {TRADE_RETCODE_ERROR, "common error"},
    {TRADE_RETCODE_TIMEOUT, "timeout"},
    {TRADE_RETCODE_INVALID, "invalid request"},
    {TRADE_RETCODE_INVALID_VOLUME, "invalid volume"},
    {TRADE_RETCODE_INVALID_PRICE, "invalid price"},
    {TRADE_RETCODE_INVALID_STOPS, "invalid stops"},
    {TRADE_RETCODE_TRADE_DISABLED, "trade disabled"},
    {TRADE_RETCODE_MARKET_CLOSED, "market closed"},
    {TRADE_RETCODE_NO_MONEY, "not enough money"},
    {TRADE_RETCODE_PRICE_CHANGED, "price changed"},
    {TRADE_RETCODE_PRICE_OFF, "off quotes"},
    {TRADE_RETCODE_TOO_MANY_REQUESTS, "too many requests"},
    {TRADE_RETCODE_NO_CHANGES, "no changes"},
    {TRADE_RETCODE_LOCKED, "locked"},
    {TRADE_RETCODE_FROZEN, "frozen"},
    {TRADE_RETCODE_INVALID_FILL, "invalid fill"},
    {TRADE_RETCODE_CONNECTION, "no connection"},
    {TRADE_RETCODE_INVALID_ORDER, "invalid order"},
    {TRADE_RETCODE_POSITION_CLOSED, "position closed"},
};

}  // namespace

bool CTrade::SetTypeFillingBySymbol(const string &symbol) {
    const int64_t allowed = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
    if ((allowed & SYMBOL_FILLING_FOK) != 0)
        filling_ = ORDER_FILLING_FOK;
    else if ((allowed & SYMBOL_FILLING_IOC) != 0)
        filling_ = ORDER_FILLING_IOC;
    else
        return false;
    return true;
}

void CTrade::begin() {
    request_ = MqlTradeRequest();
    result_ = MqlTradeResult();
    request_.magic = magic_;
    request_.type_filling = filling_;
}

bool CTrade::send() { return OrderSend(request_, result_); }

bool CTrade::PositionOpen(const string &symbol, ENUM_ORDER_TYPE type, double volume, double price,
                          double sl, double tp, const string &comment) {
    begin();
    if (type != ORDER_TYPE_BUY && type != ORDER_TYPE_SELL) {
        result_.retcode = TRADE_RETCODE_INVALID;
        return false;
    }
    request_.action = TRADE_ACTION_DEAL;
    request_.symbol = symbol;
    request_.volume = volume;
    request_.type = type;
    request_.price = price;
    request_.sl = sl;
    request_.tp = tp;
    request_.deviation = deviation_;
    request_.comment = comment;
    return send();
}

bool CTrade::close_selected(double volume, ulong deviation) {
    begin();
    const bool is_long = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
    request_.action = TRADE_ACTION_DEAL;
    request_.symbol = PositionGetString(POSITION_SYMBOL);
    request_.position = static_cast<ulong>(PositionGetInteger(POSITION_TICKET));
    request_.type = is_long ? ORDER_TYPE_SELL : ORDER_TYPE_BUY;
    request_.price = SymbolInfoDouble(request_.symbol, is_long ? SYMBOL_BID : SYMBOL_ASK);
    request_.volume = std::min(volume, PositionGetDouble(POSITION_VOLUME));
    request_.deviation = deviation == UINT64_MAX ? deviation_ : deviation;
    return send();
}

bool CTrade::PositionClose(ulong ticket, ulong deviation) {
    return PositionSelectByTicket(ticket) && close_selected(1e300, deviation);
}

bool CTrade::PositionClose(const string &symbol, ulong deviation) {
    return PositionSelect(symbol) && close_selected(1e300, deviation);
}

bool CTrade::PositionClosePartial(ulong ticket, double volume, ulong deviation) {
    return PositionSelectByTicket(ticket) && close_selected(volume, deviation);
}

bool CTrade::modify_selected(double sl, double tp) {
    begin();
    request_.action = TRADE_ACTION_SLTP;
    request_.symbol = PositionGetString(POSITION_SYMBOL);
    request_.position = static_cast<ulong>(PositionGetInteger(POSITION_TICKET));
    request_.sl = sl;
    request_.tp = tp;
    return send();
}

bool CTrade::PositionModify(ulong ticket, double sl, double tp) {
    return PositionSelectByTicket(ticket) && modify_selected(sl, tp);
}

bool CTrade::PositionModify(const string &symbol, double sl, double tp) {
    return PositionSelect(symbol) && modify_selected(sl, tp);
}

bool CTrade::Buy(double volume, const string &symbol, double price, double sl, double tp,
                 const string &comment) {
    const string traded = symbol == string("") ? Symbol() : symbol;
    const double quote = price > 0 ? price : SymbolInfoDouble(traded, SYMBOL_ASK);
    return PositionOpen(traded, ORDER_TYPE_BUY, volume, quote, sl, tp, comment);
}

bool CTrade::Sell(double volume, const string &symbol, double price, double sl, double tp,
                  const string &comment) {
    const string traded = symbol == string("") ? Symbol() : symbol;
    const double quote = price > 0 ? price : SymbolInfoDouble(traded, SYMBOL_BID);
    return PositionOpen(traded, ORDER_TYPE_SELL, volume, quote, sl, tp, comment);
}

string CTrade::ResultRetcodeDescription() const {
    for (const auto &answer : ANSWERS) {
        if (answer.code == result_.retcode)
            return answer.text;
    }
    return "unknown return code " + std::to_string(result_.retcode);
}
