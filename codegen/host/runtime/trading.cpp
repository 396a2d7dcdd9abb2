#include "trading.h"
#include "copying.h"
#include "program.h"
#include <algorithm>

namespace host {
namespace {

Server &server() { return *program().server; }

Position &selected() {
    Position &position = program().position;
    if (position.ticket == 0)
        program().last_error = ERR_TRADE_POSITION_NOT_FOUND;
    return position;
}

ulong select(const Position *position) {
    if (position == nullptr)
        return failed(ERR_TRADE_POSITION_NOT_FOUND, ulong(0));
    program().position = *position;
    return position->ticket;
}

// Deals or orders of a time span, both ends included.
template <typename T>
Rows rows_between(const std::vector<T> &all, datetime T::*time, datetime from, datetime to) {
    const auto before = [time](const T &row, datetime at) { return row.*time < at; };
    const auto after = [time](datetime at, const T &row) { return at < row.*time; };
    const auto first = std::lower_bound(all.begin(), all.end(), from, before);
    const auto last = std::upper_bound(first, all.end(), to, after);
    return {static_cast<size_t>(first - all.begin()), static_cast<size_t>(last - all.begin())};
}

// The deals or orders that the last selection of history holds.
template <typename T>
std::vector<const T *> selected(const std::vector<T> &all, Rows rows) {
    const ulong one = program().one_position;
    std::vector<const T *> found;
    for (size_t i = rows.first; i < rows.end; i++) {
        if (one == 0 || all[i].position == one)
            found.push_back(&all[i]);
    }
    return found;
}

// How many these are; whole spans, which Expert Advisors walk at every bar, are not gone through.
template <typename T>
int selected_count(const std::vector<T> &all, Rows rows) {
    const bool whole = program().one_position == 0;
    return static_cast<int>(whole ? rows.end - rows.first : selected(all, rows).size());
}

// The ticket of one of them.
template <typename T>
ulong selected_ticket(const std::vector<T> &all, Rows rows, int index, int error) {
    if (index < 0 || index >= selected_count(all, rows))
        return failed(error, ulong(0));
    const size_t row = static_cast<size_t>(index);
    return program().one_position == 0 ? all[rows.first + row].ticket
                                       : selected(all, rows)[row]->ticket;
}

const Deal *deal(ulong ticket) {
    const std::vector<Deal> &all = server().deals;
    if (ticket < 1 || ticket > all.size())
        return failed(ERR_TRADE_DEAL_NOT_FOUND, static_cast<const Deal *>(nullptr));
    return &all[static_cast<size_t>(ticket) - 1];
}

const Order *past_order(ulong ticket) {
    for (const Order &order : server().order_history) {
        if (order.ticket == ticket)
            return &order;
    }
    return failed(ERR_TRADE_ORDER_NOT_FOUND, static_cast<const Order *>(nullptr));
}

int64_t order_integer(const Order &order, ENUM_ORDER_PROPERTY_INTEGER property) {
    switch (property) {
    case ORDER_TICKET: return static_cast<int64_t>(order.ticket);
    case ORDER_TIME_SETUP: return order.time;
    case ORDER_TIME_SETUP_MSC: return order.time.value * 1000;
    case ORDER_TIME_DONE: return order.done;
    case ORDER_TIME_DONE_MSC: return order.done.value * 1000;
    case ORDER_TYPE: return order.type;
    case ORDER_STATE: return order.state;
    case ORDER_TYPE_FILLING: return order.filling;
    case ORDER_MAGIC: return order.magic;
    case ORDER_REASON: return ORDER_REASON_EXPERT;
    case ORDER_POSITION_ID: return static_cast<int64_t>(order.position);
    default: return 0;
    }
}

double order_double(const Order &order, ENUM_ORDER_PROPERTY_DOUBLE property) {
    switch (property) {
    case ORDER_VOLUME_INITIAL: return order.volume;
    case ORDER_VOLUME_CURRENT: return order.left;
    case ORDER_PRICE_OPEN: return order.price;
    case ORDER_SL: return order.sl;
    case ORDER_TP: return order.tp;
    case ORDER_PRICE_CURRENT:
        return order.type == ORDER_TYPE_BUY ? server().quote.ask : server().quote.bid;
    case ORDER_PRICE_STOPLIMIT: break;
    }
    return 0;
}

}  // namespace
}  // namespace host

using namespace host;

int PositionsTotal() { return static_cast<int>(server().positions.size()); }

ulong PositionGetTicket(int index) {
    const bool there = index >= 0 && index < PositionsTotal();
    return select(there ? &server().positions[static_cast<size_t>(index)] : nullptr);
}

string PositionGetSymbol(int index) {
    return PositionGetTicket(index) > 0 ? server().market.symbol.name : "";
}

bool PositionSelect(const string &symbol) {
    return own_symbol(symbol) && PositionGetTicket(0) > 0;
}

bool PositionSelectByTicket(ulong ticket) { return select(server().find(ticket)) > 0; }

int64_t PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property) {
    const Position &p = selected();
    switch (property) {
    case POSITION_TICKET:
    case POSITION_IDENTIFIER: return static_cast<int64_t>(p.ticket);
    case POSITION_TIME: return p.time;
    case POSITION_TIME_MSC: return p.time.value * 1000;
    case POSITION_TIME_UPDATE: return p.updated;
    case POSITION_TIME_UPDATE_MSC: return p.updated.value * 1000;
    case POSITION_TYPE: return p.is_long ? POSITION_TYPE_BUY : POSITION_TYPE_SELL;
    case POSITION_MAGIC: return p.magic;
    case POSITION_REASON: return POSITION_REASON_EXPERT;
    }
    return 0;
}

bool PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property, int64_t &value) {
    value = PositionGetInteger(property);
    return program().position.ticket > 0;
}

double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property) {
    const Position &p = selected();
    switch (property) {
    case POSITION_VOLUME: return p.volume;
    case POSITION_PRICE_OPEN: return p.price;
    case POSITION_PRICE_CURRENT: return p.is_long ? server().quote.bid : server().quote.ask;
    case POSITION_SL: return p.sl;
    case POSITION_TP: return p.tp;
    case POSITION_COMMISSION: return p.commission;
    case POSITION_SWAP: return p.swap;
    case POSITION_PROFIT: return p.ticket > 0 ? money(server().floating(p)) : 0;
    }
    return 0;
}

bool PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property, double &value) {
    value = PositionGetDouble(property);
    return program().position.ticket > 0;
}

string PositionGetString(ENUM_POSITION_PROPERTY_STRING property) {
    const Position &p = selected();
    if (p.ticket == 0)
        return string();
    return property == POSITION_SYMBOL    ? server().market.symbol.name
           : property == POSITION_COMMENT ? p.comment
                                          : std::string();
}

int OrdersTotal() { return static_cast<int>(server().orders.size()); }

ulong OrderGetTicket(int index) {
    if (index < 0 || index >= OrdersTotal())
        return failed(ERR_TRADE_ORDER_NOT_FOUND, ulong(0));
    program().order = server().orders[static_cast<size_t>(index)];
    return program().order.ticket;
}

bool OrderSelect(ulong ticket) {
    for (int i = 0; i < OrdersTotal(); i++) {
        if (server().orders[static_cast<size_t>(i)].ticket == ticket)
            return OrderGetTicket(i) > 0;
    }
    return failed(ERR_TRADE_ORDER_NOT_FOUND, false);
}

int64_t OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER property) {
    return order_integer(program().order, property);
}

double OrderGetDouble(ENUM_ORDER_PROPERTY_DOUBLE property) {
    return order_double(program().order, property);
}

string OrderGetString(ENUM_ORDER_PROPERTY_STRING property) {
    const Order &order = program().order;
    return order.ticket == 0          ? std::string()
           : property == ORDER_SYMBOL ? server().market.symbol.name
                                      : order.request.comment.text;
}

bool HistorySelect(datetime from, datetime to) {
    Program &me = program();
    me.deals = rows_between(server().deals, &Deal::time, from, to);
    me.orders = rows_between(server().order_history, &Order::done, from, to);
    me.one_position = 0;
    return true;
}

bool HistorySelectByPosition(int64_t position) {
    HistorySelect(0, INT64_MAX);
    program().one_position = static_cast<ulong>(position);
    return HistoryDealsTotal() > 0;
}

int HistoryDealsTotal() { return selected_count(server().deals, program().deals); }

ulong HistoryDealGetTicket(int index) {
    return selected_ticket(server().deals, program().deals, index, ERR_TRADE_DEAL_NOT_FOUND);
}

bool HistoryDealSelect(ulong ticket) { return deal(ticket) != nullptr; }

int64_t HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property) {
    const Deal *d = deal(ticket);
    if (d == nullptr)
        return 0;
    switch (property) {
    case DEAL_TICKET: return static_cast<int64_t>(d->ticket);
    case DEAL_TIME: return d->time;
    case DEAL_TIME_MSC: return d->time.value * 1000;
    case DEAL_TYPE: return d->type;
    case DEAL_ENTRY: return d->entry;
    case DEAL_MAGIC: return d->magic;
    case DEAL_ORDER: return static_cast<int64_t>(d->order);
    case DEAL_POSITION_ID: return static_cast<int64_t>(d->position);
    case DEAL_REASON: return d->reason;
    }
    return 0;
}

double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property) {
    const Deal *d = deal(ticket);
    if (d == nullptr)
        return 0;
    switch (property) {
    case DEAL_VOLUME: return d->volume;
    case DEAL_PRICE: return d->price;
    case DEAL_COMMISSION: return d->commission;
    case DEAL_SWAP: return d->swap;
    case DEAL_PROFIT: return d->profit;
    case DEAL_FEE: return 0;
    case DEAL_SL: return d->sl;
    case DEAL_TP: return d->tp;
    }
    return 0;
}

string HistoryDealGetString(ulong ticket, ENUM_DEAL_PROPERTY_STRING property) {
    const Deal *d = deal(ticket);
    if (d == nullptr)
        return string();
    if (property == DEAL_SYMBOL)
        return d->type == DEAL_TYPE_BALANCE ? std::string() : server().market.symbol.name;
    return property == DEAL_COMMENT ? d->comment : std::string();
}

int HistoryOrdersTotal() { return selected_count(server().order_history, program().orders); }

ulong HistoryOrderGetTicket(int index) {
    return selected_ticket(server().order_history, program().orders, index,
                           ERR_TRADE_ORDER_NOT_FOUND);
}

bool HistoryOrderSelect(ulong ticket) { return past_order(ticket) != nullptr; }

int64_t HistoryOrderGetInteger(ulong ticket, ENUM_ORDER_PROPERTY_INTEGER property) {
    const Order *order = past_order(ticket);
    return order == nullptr ? 0 : order_integer(*order, property);
}

double HistoryOrderGetDouble(ulong ticket, ENUM_ORDER_PROPERTY_DOUBLE property) {
    const Order *order = past_order(ticket);
    return order == nullptr ? 0 : order_double(*order, property);
}

string HistoryOrderGetString(ulong ticket, ENUM_ORDER_PROPERTY_STRING property) {
    const Order *order = past_order(ticket);
    if (order == nullptr)
        return string();
    return property == ORDER_SYMBOL ? server().market.symbol.name : order->comment;
}

bool OrderSend(const MqlTradeRequest &request, MqlTradeResult &result) {
    Program &me = program();
    check_symbol(request.symbol);
    const auto reason = me.closing_reasons.find(request.position);
    const std::string cause = reason == me.closing_reasons.end() ? "" : reason->second;
    switch (me.server->answer(request, result, cause)) {
    case TRADE_RETCODE_PLACED:
    case TRADE_RETCODE_DONE:
    case TRADE_RETCODE_DONE_PARTIAL: return true;
    default: return failed(ERR_TRADE_SEND_FAILED, false);
    }
}

bool OrderCheck(const MqlTradeRequest &request, MqlTradeCheckResult &result) {
    const Server &at = server();
    result = MqlTradeCheckResult();
    result.retcode = at.check(request);
    result.balance = at.balance();
    result.equity = at.funds();
    result.margin = at.margin_used();
    if (request.action == TRADE_ACTION_DEAL && request.position == 0)
        result.margin += at.pricing.margin(request.volume, request.price, at.quote);
    result.margin_free = result.equity - result.margin;
    result.margin_level = result.margin > 0 ? result.equity / result.margin * 100.0 : 0;
    return result.retcode == 0 || failed(ERR_TRADE_SEND_FAILED, false);
}

bool OrderCalcMargin(ENUM_ORDER_TYPE, const string &symbol, double volume, double price,
                     double &margin) {
    check_symbol(symbol);
    margin = server().pricing.margin(volume, price, server().quote);
    return true;
}

bool OrderCalcProfit(ENUM_ORDER_TYPE type, const string &symbol, double volume, double open,
                     double close, double &profit) {
    check_symbol(symbol);
    const bool is_long = type == ORDER_TYPE_BUY;
    profit = money(server().pricing.profit(is_long, volume, open, close, server().quote));
    return true;
}
