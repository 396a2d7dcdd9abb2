#include "statistics.h"
#include "server.h"
#include <algorithm>
#include <cmath>

namespace host {

namespace {

// Runs of trades of one kind: the longest, the one with the most money, the mean length.
struct Runs {
    int longest = 0, richest = 0, number = 0, trades = 0;
    double longest_money = 0, richest_money = 0;
    int length = 0;
    double sum = 0;

    void feed(bool belongs, double result) {
        if (!belongs) {
            length = 0;
            sum = 0;
            return;
        }
        number += length == 0;
        trades++;
        length++;
        sum = money(sum + result);
        if (length > longest) {
            longest = length;
            longest_money = sum;
        }
        if (std::fabs(sum) > std::fabs(richest_money)) {
            richest = length;
            richest_money = sum;
        }
    }
    double average() const { return number > 0 ? std::round(double(trades) / number) : 0; }
};

struct Trades {
    double gain = 0, loss = 0, best = 0, worst = 0;
    int won = 0, lost = 0, longs = 0, shorts = 0, longs_won = 0, shorts_won = 0;
    Runs wins, losses;
    std::vector<double> returns;  // balance after over before each trade, less 1

    void feed(const Deal &deal) {
        const double result = deal.result;
        const bool profitable = result > 0;
        (profitable ? gain : loss) += result;
        best = std::max(best, result);
        worst = std::min(worst, result);
        (profitable ? won : lost)++;
        (deal.is_long ? longs : shorts)++;
        (deal.is_long ? longs_won : shorts_won) += profitable;
        wins.feed(profitable, result);
        losses.feed(!profitable, result);
        const double before = deal.balance - result;
        returns.push_back(before > 0 ? deal.balance / before - 1.0 : 0.0);
    }
};

double sharpe(const std::vector<double> &returns) {
    const size_t n = returns.size();
    if (n < 2)
        return 0;
    double mean = 0, squares = 0;
    for (const double r : returns)
        mean += r / static_cast<double>(n);
    for (const double r : returns)
        squares += (r - mean) * (r - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(n - 1));
    return deviation > 0 ? mean / deviation * std::sqrt(252.0) : 0;
}

void write_falls(Figures &f, const Meter &balance, const Meter &equity) {
    f[STAT_BALANCEMIN] = balance.lowest;
    f[STAT_BALANCE_DD] = balance.fall;
    f[STAT_BALANCEDD_PERCENT] = balance.fall_percent;
    f[STAT_BALANCE_DDREL_PERCENT] = balance.relative_percent;
    f[STAT_BALANCE_DD_RELATIVE] = balance.relative_fall;
    f[STAT_EQUITYMIN] = equity.lowest;
    f[STAT_EQUITY_DD] = equity.fall;
    f[STAT_EQUITYDD_PERCENT] = equity.fall_percent;
    f[STAT_EQUITY_DDREL_PERCENT] = equity.relative_percent;
    f[STAT_EQUITY_DD_RELATIVE] = equity.relative_fall;
}

void write_trades(Figures &f, const Trades &t) {
    f[STAT_GROSS_PROFIT] = money(t.gain);
    f[STAT_GROSS_LOSS] = money(t.loss);
    f[STAT_MAX_PROFITTRADE] = t.best;
    f[STAT_MAX_LOSSTRADE] = t.worst;
    f[STAT_CONPROFITMAX] = money(t.wins.richest_money);
    f[STAT_CONPROFITMAX_TRADES] = t.wins.richest;
    f[STAT_MAX_CONWINS] = money(t.wins.longest_money);
    f[STAT_MAX_CONPROFIT_TRADES] = t.wins.longest;
    f[STAT_CONLOSSMAX] = money(t.losses.richest_money);
    f[STAT_CONLOSSMAX_TRADES] = t.losses.richest;
    f[STAT_MAX_CONLOSSES] = money(t.losses.longest_money);
    f[STAT_MAX_CONLOSS_TRADES] = t.losses.longest;
    f[STAT_SHARPE_RATIO] = sharpe(t.returns);
    f[STAT_TRADES] = t.won + t.lost;
    f[STAT_PROFIT_TRADES] = t.won;
    f[STAT_LOSS_TRADES] = t.lost;
    f[STAT_SHORT_TRADES] = t.shorts;
    f[STAT_LONG_TRADES] = t.longs;
    f[STAT_PROFIT_SHORTTRADES] = t.shorts_won;
    f[STAT_PROFIT_LONGTRADES] = t.longs_won;
    f[STAT_PROFITTRADES_AVGCON] = t.wins.average();
    f[STAT_LOSSTRADES_AVGCON] = t.losses.average();
}

}  // namespace

void Meter::start(double value) { lowest = peak_ = value; }

void Meter::move(double amount) { peak_ += amount; }

void Meter::feed(double value) {
    peak_ = std::max(peak_, value);
    lowest = std::min(lowest, value);
    const double down = peak_ - value, percent = down / peak_ * 100.0;
    if (down > fall) {
        fall = down;
        fall_percent = percent;
    }
    if (percent > relative_percent) {
        relative_percent = percent;
        relative_fall = down;
    }
}

Figures figures_of(const Server &server, double on_tester) {
    Figures f = {};
    Trades trades;
    for (const Deal &deal : server.deals) {
        if (deal.entry == DEAL_ENTRY_OUT)
            trades.feed(deal);
    }
    const double deposit = server.market.account.deposit;
    const double profit = money(server.balance() - server.capital());
    f[STAT_INITIAL_DEPOSIT] = deposit;
    f[STAT_PROFIT] = profit;
    f[STAT_DEALS] = static_cast<double>(server.deals.size()) - 1;
    f[STAT_MIN_MARGINLEVEL] = server.least_margin_level;
    f[STAT_CUSTOM_ONTESTER] = on_tester;
    write_trades(f, trades);
    write_falls(f, server.balance_meter, server.equity_meter);
    const double number = f[STAT_TRADES], loss = f[STAT_GROSS_LOSS];
    f[STAT_EXPECTED_PAYOFF] = number > 0 ? profit / number : 0;
    f[STAT_PROFIT_FACTOR] = loss < 0 ? f[STAT_GROSS_PROFIT] / -loss
                            : f[STAT_GROSS_PROFIT] > 0 ? DBL_MAX : 0;
    f[STAT_RECOVERY_FACTOR] = f[STAT_BALANCE_DD] > 0 ? profit / f[STAT_BALANCE_DD] : 0;
    return f;
}

}  // namespace host
