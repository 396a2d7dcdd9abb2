// Where a price stands in the range of the last bars: iStochastic, iWPR, iDeMarker, iRVI, iIchimoku.
#include "indicators_average.h"

namespace host {
namespace {

// Buffers: 0 %K, 1 %D. %K is the ratio of two averages over `slowing` bars: how far closes lie above
// the lowest price, and how far the highest does. MetaTrader publishes the source of MODE_SMA with
// STO_LOWHIGH only, where the averages are sums and %D starts among zeros; that other methods
// average all three, and that STO_CLOSECLOSE takes the extremes of closes, is an assumption.
class Stochastic : public Computed {
public:
    Stochastic(int k, int d, int slowing, ENUM_MA_METHOD method, ENUM_STO_PRICE price)
        : Computed(2), slowing_(slowing), simple_(method == MODE_SMA),
          closes_(price == STO_CLOSECLOSE), high_(k), low_(k), above_(method, slowing, k - 1),
          range_(method, slowing, k - 1),
          signal_(method, d, simple_ ? 0 : method == MODE_EMA ? k - 1 : above_.begin()) {
        begin_ = above_.begin();
    }

protected:
    void compute(const Rates &rates, int i) override {
        const double highest = high_.compute(closes_ ? rates.close : rates.high, i);
        const double lowest = low_.compute(closes_ ? rates.close : rates.low, i);
        for (Column *column : {&aboves_, &ranges_, &main_}) column->resize(at(i + 1));
        aboves_[at(i)] = rates.close[at(i)] - lowest;
        ranges_[at(i)] = highest - lowest;
        const double above = simple_ ? sum(aboves_, i) : above_.compute(aboves_, i);
        const double range = simple_ ? sum(ranges_, i) : range_.compute(ranges_, i);
        const double share = range > price_slack(rates) ? 100 * above / range : 100;
        cell(0, i) = main_[at(i)] = simple_ && i < begin_ ? 0 : share;
        cell(1, i) = signal_.compute(main_, i);
    }

private:
    double sum(const Column &x, int i) const {
        double total = 0;
        for (int j = std::max(0, i - slowing_ + 1); j <= i; j++) total += x[at(j)];
        return total;
    }

    int slowing_;
    bool simple_, closes_;
    Highest high_;
    Lowest low_;
    Average above_, range_, signal_;
    Column aboves_, ranges_, main_;
};

class Williams : public Computed {
public:
    explicit Williams(int period) : Computed(1), high_(period), low_(period) { begin_ = period - 1; }

protected:
    void compute(const Rates &rates, int i) override {
        const double highest = high_.compute(rates.high, i);
        const double range = highest - low_.compute(rates.low, i);
        if (i < begin_) return;
        if (range > price_slack(rates))
            cell(0, i) = -100 * (highest - rates.close[at(i)]) / range;
        else
            cell(0, i) = i > begin_ ? cell(0, i - 1) : 0;
    }

private:
    Highest high_;
    Lowest low_;
};

// States: 1 how far the high rose, 2 how far the low fell.
class DeMarker : public Computed {
public:
    explicit DeMarker(int period) : Computed(1, 2), period_(period) { begin_ = period; }

protected:
    void compute(const Rates &rates, int i) override {
        if (i == 0) return;
        cell(1, i) = std::max(0.0, rates.high[at(i)] - rates.high[at(i - 1)]);
        cell(2, i) = std::max(0.0, rates.low[at(i - 1)] - rates.low[at(i)]);
        if (i < begin_) return;
        double up = 0, down = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            up += cell(1, j);
            down += cell(2, j);
        }
        cell(0, i) = up + down > price_slack(rates) ? up / (up + down) : 0;
    }

private:
    int period_;
};

// Buffers: 0 main, 1 signal. States: 2 close above open, 3 range, each weighted 1, 2, 2, 1.
class Vigor : public Computed {
public:
    explicit Vigor(int period) : Computed(2, 2), period_(period) { begin_ = period + 2; }

protected:
    void compute(const Rates &rates, int i) override {
        if (i >= 3) {
            cell(2, i) = weighted_distance(rates.open, rates.close, i);
            cell(3, i) = weighted_distance(rates.low, rates.high, i);
        }
        if (i < begin_) return;
        double body = 0, range = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            body += cell(2, j);
            range += cell(3, j);
        }
        cell(0, i) = range > price_slack(rates) ? body / range : 0;
        if (i >= begin_ + 3) cell(1, i) = weighted(buffer(0), i) / 6;
    }

private:
    static double weighted(const Column &x, int i) {
        return x[at(i)] + 2 * x[at(i - 1)] + 2 * x[at(i - 2)] + x[at(i - 3)];
    }
    // Differences first: weighted prices would leave noise where bodies cancel.
    static double weighted_distance(const Column &from, const Column &to, int i) {
        const auto distance = [&](int row) { return to[at(row)] - from[at(row)]; };
        return distance(i) + 2 * distance(i - 1) + 2 * distance(i - 2) + distance(i - 3);
    }

    int period_;
};

// Buffers: 0 Tenkan-sen, 1 Kijun-sen, 2 Senkou Span A, 3 Senkou Span B, 4 Chikou Span, none
// displaced. At the start of history the windows are as long as there are bars.
class Ichimoku : public Computed {
public:
    Ichimoku(int tenkan, int kijun, int senkou)
        : Computed(5), tenkan_(tenkan), kijun_(kijun), senkou_(senkou) {
        begin_ = tenkan - 1;
    }

protected:
    void compute(const Rates &rates, int i) override {
        cell(0, i) = tenkan_.middle(rates, i);
        cell(1, i) = kijun_.middle(rates, i);
        cell(2, i) = (cell(0, i) + cell(1, i)) / 2;
        cell(3, i) = senkou_.middle(rates, i);
        cell(4, i) = rates.close[at(i)];
    }

private:
    struct Range {
        explicit Range(int period) : high(period), low(period) {}
        double middle(const Rates &rates, int i) {
            return (high.compute(rates.high, i) + low.compute(rates.low, i)) / 2;
        }
        Highest high;
        Lowest low;
    };
    Range tenkan_, kijun_, senkou_;
};

}  // namespace
}  // namespace host

using namespace host;

int iStochastic(const string &symbol, ENUM_TIMEFRAMES period, int Kperiod, int Dperiod, int slowing,
                ENUM_MA_METHOD ma_method, ENUM_STO_PRICE price_field) {
    const bool valid = positive({Kperiod, Dperiod, slowing}) && known(ma_method) && known(price_field);
    return create<Stochastic>(symbol, period, valid, Kperiod, Dperiod, slowing, ma_method,
                              price_field);
}

int iWPR(const string &symbol, ENUM_TIMEFRAMES period, int calc_period) {
    return create<Williams>(symbol, period, positive({calc_period}), calc_period);
}

int iDeMarker(const string &symbol, ENUM_TIMEFRAMES period, int ma_period) {
    return create<DeMarker>(symbol, period, positive({ma_period}), ma_period);
}

int iRVI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period) {
    return create<Vigor>(symbol, period, positive({ma_period}), ma_period);
}

int iIchimoku(const string &symbol, ENUM_TIMEFRAMES period, int tenkan_sen, int kijun_sen,
              int senkou_span_b) {
    const bool valid = positive({tenkan_sen, kijun_sen, senkou_span_b});
    return create<Ichimoku>(symbol, period, valid, tenkan_sen, kijun_sen, senkou_span_b);
}
