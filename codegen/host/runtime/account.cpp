// The account: balance, equity, margin, swap, stop-out.
#include "calendar.h"
#include "server.h"
#include <algorithm>
#include <cmath>

namespace host {

Server::Server(const Market &facts, const Script &faults)
    : market(facts), script(faults), pricing(facts), balance_(facts.account.deposit),
      capital_(balance_) {
    equity_meter.start(balance_);
    balance_meter.start(balance_);
}

double Server::floating(const Position &p) const {
    const double price = p.is_long ? quote.bid : quote.ask;
    return pricing.profit(p.is_long, p.volume, p.price, price, quote);
}

double Server::equity() const {
    double sum = balance_;
    for (const Position &p : positions)
        sum += p.swap + floating(p);
    return sum;
}

double Server::equity_if(double bid) const {
    double sum = balance_;
    for (const Position &p : positions) {
        const double price = pricing.closing(p.is_long, bid, quote);
        sum += p.swap + pricing.profit(p.is_long, p.volume, p.price, price, quote);
    }
    return sum;
}

double Server::margin_used() const {
    double sum = 0;
    for (const Position &p : positions)
        sum += p.margin;
    return sum;
}

Position *Server::find(ulong ticket) {
    for (Position &p : positions) {
        if (p.ticket == ticket)
            return &p;
    }
    return nullptr;
}

void Server::take_facts(int row) {
    quote.spread = market.spreads[static_cast<size_t>(row)];
    if (!market.conversion.time.empty())
        quote.conversion = market.conversion_row(market.bars[static_cast<size_t>(row)].time);
}

// The account is opened; the quote is the one before the first bar, where there is one.
void Server::begin(int row) {
    const Bar &first = market.bars[static_cast<size_t>(row)];
    take_facts(row);
    const bool known = row > 0;
    const Bar &last = known ? market.bars[static_cast<size_t>(row - 1)] : first;
    move_quote(known ? last.close : first.open, script.live ? last.time : first.time);
    Deal deposit;
    deposit.profit = deposit.balance = balance_;
    deposit.time = now;
    deposit.ticket = deal_tickets_++;
    deposit.bar = row;
    deals.push_back(deposit);
}

// The first quote of a bar.
void Server::open_bar(int row) {
    bar = row;
    moved_on = false;
    take_facts(row);
    for (Position &p : positions)
        p.late = false;
    move_quote(running_bar().open, running_bar().time);
}

void Server::move_quote(double bid, datetime time) {
    now = time;
    quote.bid = bid;
    quote.ask = pricing.ask_beside(bid, quote.spread);
}

void Server::wait(int milliseconds) {
    waited_ += milliseconds > 0 ? milliseconds : 0;
    now += waited_ / 1000;
    waited_ %= 1000;
}

// Charge the nights between the bar before and this one.
void Server::charge_swap() {
    const SymbolFacts &symbol = market.symbol;
    if (positions.empty() || bar == 0 || symbol.swap_mode == SwapMode::NONE)
        return;
    int nights = 0;
    const int64_t today = date_of(running_bar().time);
    for (int64_t d = date_of(market.bars[static_cast<size_t>(bar - 1)].time); d < today; d++) {
        const int day = weekday_of(d);
        nights += day == symbol.swap_triple_day ? 3 : day == 0 || day == 6 ? 0 : 1;
    }
    for (Position &p : positions) {
        double per_lot = p.is_long ? symbol.swap_long : symbol.swap_short;
        if (symbol.swap_mode == SwapMode::POINTS)
            per_lot *= pricing.point_value() * pricing.rate_now(per_lot >= 0, quote);
        p.swap = money(p.swap + money(per_lot * p.volume * nights));
    }
}

// Price at which equity has fallen to the limit while nothing else moves; 0: nowhere.
double Server::stop_out_of(const Position &p) const {
    const double limit = market.account.stop_out, margin = margin_used();
    if (limit <= 0 || margin <= 0)
        return 0;
    double wanted = limit / 100.0 * margin - balance_ - script.credit;
    for (const Position &other : positions) {
        wanted -= other.swap;
        if (other.ticket != p.ticket)
            wanted -= floating(other);
    }
    const double value = p.volume * pricing.point_value() * pricing.rate_now(wanted >= 0, quote);
    const double away = wanted / value * market.symbol.point;
    const double ticks = (p.is_long ? p.price + away : p.price - away) / market.symbol.tick;
    const double price = (p.is_long ? floor_slack(ticks) : ceil_slack(ticks)) * market.symbol.tick;
    return std::max(0.0, market.normal(price));
}

void Server::update_stop_outs() {
    for (Position &p : positions)
        p.stop_out = stop_out_of(p);
    if (const double margin = margin_used(); margin > 0) {
        const double level = funds() / margin * 100.0;
        least_margin_level = least_margin_level > 0 ? std::min(least_margin_level, level) : level;
    }
}

double Server::close_bar() {
    const double worth = equity_if(running_bar().close);
    equity_meter.feed(worth);
    move_quote(running_bar().close, now);
    return worth;
}

// End of the test.
void Server::close_all() {
    while (!positions.empty()) {
        const Position p = positions.front();
        const double price = pricing.closing(p.is_long, running_bar().close, quote);
        close(p.ticket, pricing.fill(!p.is_long, price), p.volume, DEAL_REASON_CLIENT, "end", 0);
    }
}

void Server::move_capital(double amount) {
    Deal deal;
    deal.profit = amount;
    capital_ = money(capital_ + amount);
    equity_meter.move(amount);
    balance_meter.move(amount);
    book(deal);
    update_stop_outs();
}

// A deal that is made by hand has no magic number.
void Server::act_by_hand(const Hand &hand) {
    std::vector<ulong> tickets;
    for (const Position &p : positions)
        tickets.push_back(p.ticket);
    for (const ulong ticket : tickets) {
        Position &p = *find(ticket);
        const double price = p.is_long ? quote.bid : quote.ask;
        const double sign = p.is_long ? market.symbol.point : -market.symbol.point;
        if (hand.action == ByHand::LEVELS) {
            p.sl = hand.stop > 0 ? market.normal(price - sign * hand.stop) : 0;
            p.tp = hand.target > 0 ? market.normal(price + sign * hand.target) : 0;
            p.updated = now;
            continue;
        }
        const double volume = hand.action == ByHand::CLOSE ? p.volume : half_of(p.volume);
        close(ticket, pricing.fill(!p.is_long, price), volume, DEAL_REASON_CLIENT, "by_hand", 0);
        deals.back().magic = 0;
    }
}

// Enter a deal in the books: its money changes the balance.
void Server::book(Deal deal) {
    deal.ticket = deal_tickets_++;
    deal.time = now;
    deal.bar = bar;
    balance_ = money(balance_ + deal.profit + deal.commission + deal.swap);
    deal.balance = balance_;
    balance_meter.feed(balance_);
    deals.push_back(deal);
}

// Close a position, or a part of it, at a price.
void Server::close(ulong ticket, double price, double volume, ENUM_DEAL_REASON reason,
                   const std::string &cause, ulong order) {
    Position &p = *find(ticket);
    const bool whole = volume > p.volume - 1e-9;
    const double share = whole ? 1.0 : volume / p.volume;
    Deal deal;
    deal.order = order > 0 ? order : tickets_++;
    deal.position = p.ticket;
    deal.type = p.is_long ? DEAL_TYPE_SELL : DEAL_TYPE_BUY;
    deal.entry = DEAL_ENTRY_OUT;
    deal.reason = reason;
    deal.is_long = p.is_long;
    deal.magic = p.magic;
    deal.volume = whole ? p.volume : volume;
    deal.price = price;
    deal.sl = p.sl;
    deal.tp = p.tp;
    deal.cause = cause;
    deal.profit = money(pricing.profit(p.is_long, deal.volume, p.price, price, quote));
    deal.commission = money(-market.costs.commission * deal.volume);
    deal.swap = whole ? p.swap : money(p.swap * share);
    const double entry_commission = whole ? p.commission : money(p.commission * share);
    deal.result = money(deal.profit + deal.swap + deal.commission + entry_commission);
    if (whole) {
        positions.erase(positions.begin() + (&p - positions.data()));
    } else {
        p.volume = normalized(p.volume - volume, 8);
        p.swap = money(p.swap - deal.swap);
        p.commission = money(p.commission - entry_commission);
        p.margin *= 1.0 - share;
        p.updated = now;
    }
    book(deal);
    equity_meter.feed(positions.empty() ? balance_ : equity());
    update_stop_outs();
}

}  // namespace host
