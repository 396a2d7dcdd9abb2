// Trade requests: what the server checks, what it answers, what it executes.
#include "server.h"
#include <algorithm>
#include <cmath>

namespace host {

namespace {

bool is_buy(const MqlTradeRequest &request) { return request.type == ORDER_TYPE_BUY; }

bool whole_multiple(double value, double step, double tolerance) {
    return std::fabs(value / step - std::round(value / step)) <= tolerance;
}

// Whether a symbol of these filling modes fills such an order; one of none of them returns the rest.
bool is_filled(ENUM_ORDER_TYPE_FILLING type, int64_t modes) {
    switch (type) {
    case ORDER_FILLING_FOK: return (modes & SYMBOL_FILLING_FOK) != 0;
    case ORDER_FILLING_IOC: return (modes & SYMBOL_FILLING_IOC) != 0;
    case ORDER_FILLING_RETURN: return modes == 0;
    default: return false;
    }
}

}  // namespace

// The position that a deal closes, reduces, or on a netting account adds to; null: none.
const Position *Server::counterpart(const MqlTradeRequest &request) const {
    for (const Position &p : positions) {
        if (market.account.hedging ? request.position != 0 && p.ticket == request.position : true)
            return &p;
    }
    return nullptr;
}

uint Server::check(const MqlTradeRequest &request) const {
    if (request.symbol != string(market.symbol.name) && request.symbol != string(""))
        return TRADE_RETCODE_INVALID;
    if (request.action != TRADE_ACTION_DEAL && request.action != TRADE_ACTION_SLTP)
        return TRADE_RETCODE_INVALID;
    if (script.closed.count(bar) > 0)
        return TRADE_RETCODE_MARKET_CLOSED;
    return request.action == TRADE_ACTION_SLTP ? check_modification(request)
                                               : check_deal(request);
}

uint Server::check_volume(const MqlTradeRequest &request) const {
    const SymbolFacts &symbol = market.symbol;
    const double volume = request.volume;
    if (!(volume >= symbol.lots_min - 1e-9) || volume > symbol.lots_max + 1e-9)
        return TRADE_RETCODE_INVALID_VOLUME;
    return whole_multiple(volume, symbol.lots_step, 1e-6) ? 0 : TRADE_RETCODE_INVALID_VOLUME;
}

uint Server::check_deal(const MqlTradeRequest &request) const {
    const SymbolFacts &symbol = market.symbol;
    if (request.type != ORDER_TYPE_BUY && request.type != ORDER_TYPE_SELL)
        return TRADE_RETCODE_INVALID_ORDER;
    if (const uint refused = check_volume(request))
        return refused;
    if (!is_filled(request.type_filling, script.filling))
        return TRADE_RETCODE_INVALID_FILL;
    const double current = is_buy(request) ? quote.ask : quote.bid;
    if (!(request.price > 0) || !whole_multiple(request.price, symbol.tick, 1e-4))
        return TRADE_RETCODE_INVALID_PRICE;
    const double allowed = static_cast<double>(request.deviation) * symbol.point
                           + market.price_slack();
    const double slipped = std::max(std::fabs(request.price - current),
                                    market.costs.slippage * symbol.point);
    if (slipped > allowed)
        return TRADE_RETCODE_REQUOTE;
    const Position *held = counterpart(request);
    if (request.position != 0 && held == nullptr)
        return TRADE_RETCODE_POSITION_CLOSED;
    double added = request.volume;
    if (held != nullptr && held->is_long != is_buy(request)) {
        if (market.account.hedging && request.volume > held->volume + 1e-9)
            return TRADE_RETCODE_INVALID_VOLUME;
        added = std::max(0.0, request.volume - held->volume);
    } else if (held != nullptr && market.account.hedging) {
        return TRADE_RETCODE_INVALID;  // a deal of the position's own direction cannot close it
    }
    if (added < 1e-9)
        return 0;
    if (const uint refused = check_levels(is_buy(request), request.sl, request.tp))
        return refused;
    const double freed = added < request.volume ? margin_used() : 0;
    const double available = funds() - margin_used() + freed;
    return pricing.margin(added, current, quote) > available + 1e-6 ? TRADE_RETCODE_NO_MONEY : 0;
}

// Levels on their side of the quote, on ticks, not nearer than the stops level.
uint Server::check_levels(bool is_long, double sl, double tp) const {
    const double point = market.symbol.point;
    const double price = is_long ? quote.bid : quote.ask;
    const double least = market.symbol.stops_level * point;
    for (const double level : {sl, tp}) {
        if (level < 0 || !std::isfinite(level))
            return TRADE_RETCODE_INVALID_STOPS;
        if (!whole_multiple(level, market.symbol.tick, 1e-4))
            return TRADE_RETCODE_INVALID_STOPS;
        if (std::fabs(level - market.normal(level)) > 1e-9 * std::max(1.0, level))
            return TRADE_RETCODE_INVALID_STOPS;
    }
    const double stop_room = is_long ? price - sl : sl - price;
    const double target_room = is_long ? tp - price : price - tp;
    const double nearest = std::max(least, 0.5 * point) - market.price_slack();
    if ((sl > 0 && stop_room < nearest) || (tp > 0 && target_room < nearest))
        return TRADE_RETCODE_INVALID_STOPS;
    return 0;
}

uint Server::check_modification(const MqlTradeRequest &request) const {
    const Position *held = nullptr;
    for (const Position &p : positions) {
        if (p.ticket == request.position || (request.position == 0 && !market.account.hedging))
            held = &p;
    }
    if (held == nullptr)
        return TRADE_RETCODE_POSITION_CLOSED;
    const double tolerance = market.price_slack();
    const bool stop_moves = std::fabs(request.sl - held->sl) > tolerance;
    const bool target_moves = std::fabs(request.tp - held->tp) > tolerance;
    if (!stop_moves && !target_moves)
        return TRADE_RETCODE_NO_CHANGES;
    return check_levels(held->is_long, stop_moves ? request.sl : 0, target_moves ? request.tp : 0);
}

uint Server::answer(const MqlTradeRequest &request, MqlTradeResult &result,
                    const std::string &cause) {
    result = MqlTradeResult();
    result.bid = quote.bid;
    result.ask = quote.ask;
    result.request_id = static_cast<uint>(++requests_);
    if (const Answer *answer = script.answer_to(requests_)) {
        met.answers.insert(answer - script.answers.data());
        scripted(*answer, request, result, cause);
        return result.retcode;
    }
    result.retcode = check(request);
    if (result.retcode == 0) {
        execute(request, request.volume, result, cause);
        result.retcode = TRADE_RETCODE_DONE;
    }
    return result.retcode;
}

Order Server::order_of(const MqlTradeRequest &request) {
    Order order;
    order.ticket = tickets_++;
    order.time = now;
    order.type = request.type;
    order.filling = request.type_filling;
    order.volume = request.volume;
    order.price = request.price;
    order.sl = request.sl;
    order.tp = request.tp;
    order.magic = static_cast<int64_t>(request.magic);
    order.position = request.position;
    order.comment = request.comment.text;
    order.request = request;
    return order;
}

void Server::scripted(const Answer &answer, const MqlTradeRequest &request,
                      MqlTradeResult &result, const std::string &cause) {
    if (answer.executed == Executed::LATER && check(request) == 0) {
        Order order = order_of(request);
        order.state = ORDER_STATE_PLACED;
        order.left = order.volume;
        order.cause = cause;
        orders.push_back(order);
        result.order = order.ticket;
    } else if (answer.executed != Executed::NO && check(request) == 0) {
        const bool partly = answer.executed == Executed::PARTLY;
        const double volume = partly ? half_of(request.volume) : request.volume;
        execute(request, volume, result, cause, answer.executed);
    }
    result.retcode = answer.code;
}

// About half of a volume, on its steps; the least volume is not divided.
double Server::half_of(double volume) const {
    const double step = market.symbol.lots_step;
    const double half = normalized(floor_slack(volume / 2 / step) * step, 8);
    return std::min(volume, std::max(market.symbol.lots_min, half));
}

// Execute what the server had only accepted, at the quote of now.
void Server::execute_late_orders() {
    std::vector<Order> waiting;
    waiting.swap(orders);
    for (Order &order : waiting) {
        MqlTradeResult result = {};
        order.request.price = is_buy(order.request) ? quote.ask : quote.bid;
        const bool fits = check(order.request) == 0;
        if (fits)
            execute(order.request, order.volume, result, order.cause);
        order.state = fits ? ORDER_STATE_FILLED : ORDER_STATE_REJECTED;
        order.done = now;
        order_history.push_back(order);
    }
}

void Server::execute(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
                     const std::string &cause, Executed how) {
    if (request.action == TRADE_ACTION_DEAL) {
        execute_deal(request, volume, result, cause, how);
        return;
    }
    for (Position &p : positions) {
        if (p.ticket == request.position || request.position == 0) {
            p.sl = market.normal(request.sl);
            p.tp = market.normal(request.tp);
            p.updated = now;
            p.late = moved_on;
        }
    }
}

void Server::execute_deal(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
                          const std::string &cause, Executed how) {
    const double price = pricing.fill(is_buy(request), is_buy(request) ? quote.ask : quote.bid);
    result.volume = volume;
    result.price = price;
    const Position *held = counterpart(request);
    Order order = order_of(request);
    order.done = now;
    order.state = ORDER_STATE_FILLED;
    order.volume = volume;
    order.position = held != nullptr ? held->ticket : order.ticket;
    order_history.push_back(order);
    result.order = order.ticket;
    const double first = how == Executed::PARTS ? half_of(volume) : volume;
    fill(request, first, result, cause);
    if (const double rest = normalized(volume - first, 8); rest > 1e-9)
        fill(request, rest, result, cause);
    result.deal = deals.back().ticket;
}

// A deal, or two where a netting position turns.
void Server::fill(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
                  const std::string &cause) {
    const Position *held = counterpart(request);
    double rest = volume;
    if (held != nullptr && held->is_long != is_buy(request)) {
        const double closed = std::min(volume, held->volume);
        rest = normalized(volume - closed, 8);
        close(held->ticket, result.price, closed, DEAL_REASON_EXPERT, cause, result.order);
    }
    if (rest > 1e-9)
        open_position(request, rest, result);
}

// Open a position, or add to the one of the order, on a netting account to the one there is.
void Server::open_position(const MqlTradeRequest &request, double volume, MqlTradeResult &result) {
    Deal deal;
    deal.order = result.order;
    deal.type = is_buy(request) ? DEAL_TYPE_BUY : DEAL_TYPE_SELL;
    deal.is_long = is_buy(request);
    deal.magic = static_cast<int64_t>(request.magic);
    deal.volume = volume;
    deal.price = result.price;
    deal.sl = market.normal(request.sl);
    deal.tp = market.normal(request.tp);
    deal.comment = request.comment.text;
    deal.cause = "entry";
    deal.commission = money(-market.costs.commission * volume);
    const double quoted = is_buy(request) ? quote.ask : quote.bid;
    const double margin = pricing.margin(volume, quoted, quote);
    if (market.account.hedging ? find(result.order) == nullptr : positions.empty()) {
        Position p;
        p.ticket = result.order;
        p.time = now;
        p.is_long = deal.is_long;
        p.price = result.price;
        p.magic = deal.magic;
        p.comment = deal.comment;
        positions.push_back(p);
    }
    Position &p = positions.back();
    p.price = market.normal((p.price * p.volume + result.price * volume) / (p.volume + volume));
    p.volume = normalized(p.volume + volume, 8);
    p.margin += margin;
    p.commission = money(p.commission + deal.commission);
    p.sl = deal.sl;
    p.tp = deal.tp;
    p.updated = now;
    p.late = moved_on;
    deal.position = p.ticket;
    book(deal);
    update_stop_outs();
}

}  // namespace host
