// Stop loss, take profit and stop-out: when they are touched, in which order, at what price.
#include "server.h"
#include <algorithm>
#include <cmath>

namespace host {

namespace {

// The stop that the price meets first on its way against the position; 0 for none.
double nearer_stop(const Position &p) {
    if (p.sl <= 0 || p.stop_out <= 0)
        return std::max(p.sl, p.stop_out);
    return p.is_long ? std::max(p.sl, p.stop_out) : std::min(p.sl, p.stop_out);
}

bool stop_reached(bool is_long, double level, double price, double tolerance) {
    return level > 0 && (is_long ? price <= level + tolerance : price >= level - tolerance);
}

bool target_reached(bool is_long, double level, double price, double tolerance) {
    return level > 0 && (is_long ? price >= level - tolerance : price <= level + tolerance);
}

}  // namespace

// What a stop gives: its level, or the open where the bar began beyond it, slippage included.
double Server::stop_fill(const Position &p, double level, bool stop_out) const {
    if (stop_out || market.costs.gap_at_market) {
        const double first = pricing.closing(p.is_long, running_bar().open, quote);
        if (!p.late)
            level = p.is_long ? std::min(level, first) : std::max(level, first);
    }
    return pricing.fill(!p.is_long, level);
}

Reach Server::reach(const Position &p, const Bar &range) const {
    const double low = pricing.closing(p.is_long, range.low, quote);
    const double high = pricing.closing(p.is_long, range.high, quote);
    return p.is_long ? Reach{low, high} : Reach{high, low};
}

// Fill what a range of bids touches; return whether the position was closed.
bool Server::touched(Position &p, const Bar &range, Judged judged) {
    const double tolerance = market.price_slack(), stop = nearer_stop(p);
    const Reach reached = reach(p, range);
    const bool stopped = stop_reached(p.is_long, stop, reached.adverse, tolerance);
    const bool won = target_reached(p.is_long, p.tp, reached.favourable, tolerance);
    if (!stopped && !won)
        return false;
    if (stopped && (!won || judged != Judged::WHOLE_BAR || stop_first(p, stop))) {
        const bool by_level = std::fabs(stop - p.sl) < tolerance;
        const double price = stop_fill(p, stop, !by_level);
        note_extreme(p, price, judged);
        close(p.ticket, price, p.volume, by_level ? DEAL_REASON_SL : DEAL_REASON_SO,
              by_level ? "stop_loss" : "stop_out", 0);
    } else {
        note_extreme(p, p.tp, judged);
        close(p.ticket, p.tp, p.volume, DEAL_REASON_TP, "take_profit", 0);
    }
    return true;
}

// Before a position closed within the bar, equity was at the bar's adverse extreme, but there no
// farther than where the position closed.
void Server::note_extreme(const Position &closing, double price, Judged judged) {
    if (judged == Judged::OPEN)
        return;
    const double bid = closing.is_long ? running_bar().low : running_bar().high;
    double sum = balance_;
    for (const Position &p : positions) {
        double at = pricing.closing(p.is_long, bid, quote);
        if (p.ticket == closing.ticket)
            at = p.is_long ? std::max(at, price) : std::min(at, price);
        sum += p.swap + pricing.profit(p.is_long, p.volume, p.price, at, quote);
    }
    equity_meter.feed(sum);
}

void Server::fill_each(const Bar &range, Judged judged) {
    for (size_t i = 0; i < positions.size();) {
        const bool passed = judged == Judged::WHOLE_BAR && positions[i].late;
        if (passed || !touched(positions[i], range, judged))
            i++;
    }
}

// Stops of positions opened before this bar, at its first quote.
void Server::fill_at_open() {
    update_stop_outs();
    Bar first = running_bar();
    first.high = first.low = first.open;
    fill_each(first, Judged::OPEN);
}

void Server::fill_within_bar() {
    const Bar &range = running_bar();
    fill_each(range, Judged::WHOLE_BAR);
    if (!positions.empty())
        equity_meter.feed(std::min(equity_if(range.low), equity_if(range.high)));
}

// A finer bar decides alone, pessimistic; it cannot reach beyond the bar that it is a part of.
void Server::fill_within_finer(const Bar &finer) {
    Bar range = finer;
    range.low = std::max(finer.low, running_bar().low);
    range.high = std::min(finer.high, running_bar().high);
    fill_each(range, Judged::FINER_BAR);
}

// Whether the stop comes before the target in a bar that touched both.
bool Server::stop_first(const Position &p, double stop) const {
    const double first = pricing.closing(p.is_long, running_bar().open, quote);
    if (stop_reached(p.is_long, stop, first, market.price_slack()))
        return true;
    switch (market.costs.both_touched) {
    case BothTouched::PESSIMISTIC:
        return true;
    case BothTouched::OPTIMISTIC:
        return false;
    case BothTouched::FINER:
        return finer_stop_first(p, stop);
    case BothTouched::PATH:
        break;
    }
    double moved = 0;
    for (int row = bar; row >= 0 && moved == 0; row--) {
        const Bar &walked = market.bars[static_cast<size_t>(row)];
        moved = (walked.close - walked.open) * (row == bar ? 1 : -1);
    }
    const bool low_first = moved >= 0;
    return p.is_long == low_first;
}

bool Server::finer_stop_first(const Position &p, double stop) const {
    const double tolerance = market.price_slack();
    const int64_t from = running_bar().time;
    auto row = std::lower_bound(market.finer.begin(), market.finer.end(), from,
                                [](const Bar &b, int64_t time) { return b.time.value < time; });
    for (; row != market.finer.end() && row->time.value < from + market.timeframe; ++row) {
        const Reach reached = reach(p, *row);
        if (stop_reached(p.is_long, stop, reached.adverse, tolerance))
            return true;
        if (target_reached(p.is_long, p.tp, reached.favourable, tolerance))
            return false;
    }
    return true;
}

}  // namespace host
