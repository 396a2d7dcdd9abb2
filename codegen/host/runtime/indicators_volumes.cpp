// Indicators of volume: iAD, iChaikin, iMFI, iOBV, iVolumes, iBWMFI.
#include "indicators_average.h"

namespace host {
namespace {

// What a bar adds to accumulation: its volume, weighted by where in the range it closed.
double accumulation_step(const Rates &rates, ENUM_APPLIED_VOLUME volume, int i) {
    const double high = rates.high[at(i)], low = rates.low[at(i)], close = rates.close[at(i)];
    if (high - low <= price_slack(rates)) return 0;
    return ((close - low) - (high - close)) / (high - low) * volume_at(rates, volume, i);
}

class Accumulation : public Computed {
public:
    explicit Accumulation(ENUM_APPLIED_VOLUME volume) : Computed(1), volume_(volume) {}

protected:
    void compute(const Rates &rates, int i) override {
        cell(0, i) = (i == 0 ? 0 : cell(0, i - 1)) + accumulation_step(rates, volume_, i);
    }

private:
    ENUM_APPLIED_VOLUME volume_;
};

// A fast less a slow average of accumulation.
class Chaikin : public Computed {
public:
    Chaikin(int fast, int slow, ENUM_MA_METHOD method, ENUM_APPLIED_VOLUME volume)
        : Computed(1), volume_(volume), fast_(method, fast, 0), slow_(method, slow, 0) {
        begin_ = std::max(fast_.begin(), slow_.begin());
    }

protected:
    void compute(const Rates &rates, int i) override {
        total_.resize(at(i + 1));
        total_[at(i)] = (i == 0 ? 0 : total_[at(i - 1)]) + accumulation_step(rates, volume_, i);
        cell(0, i) = fast_.compute(total_, i) - slow_.compute(total_, i);
    }

private:
    ENUM_APPLIED_VOLUME volume_;
    Average fast_, slow_;
    Column total_;
};

// Money flow: typical price times volume, by the direction of the typical price, which MetaTrader
// compares to the last bit. State 1: flow, negative on falling bars.
class MoneyFlow : public Computed {
public:
    MoneyFlow(int period, ENUM_APPLIED_VOLUME volume)
        : Computed(1, 1), period_(period), volume_(volume) {
        begin_ = period;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i > 0) cell(1, i) = flow(rates, i);
        if (i < begin_) return;
        double up = 0, down = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            const double value = cell(1, j);
            (value > 0 ? up : down) += std::fabs(value);
        }
        cell(0, i) = down > 0 ? 100 - 100 / (1 + up / down) : 100;
    }

private:
    double flow(const Rates &rates, int i) const {
        const double now = price_at(rates, PRICE_TYPICAL, i);
        const double change = now - price_at(rates, PRICE_TYPICAL, i - 1);
        return change == 0 ? 0 : std::copysign(now * volume_at(rates, volume_, i), change);
    }

    int period_;
    ENUM_APPLIED_VOLUME volume_;
};

class OnBalance : public Computed {
public:
    explicit OnBalance(ENUM_APPLIED_VOLUME volume) : Computed(1), volume_(volume) {}

protected:
    void compute(const Rates &rates, int i) override {
        const double volume = volume_at(rates, volume_, i);
        if (i == 0) {
            cell(0, i) = volume;
            return;
        }
        const double change = rates.close[at(i)] - rates.close[at(i - 1)];
        const int sign = (change > price_slack(rates)) - (change < -price_slack(rates));
        cell(0, i) = cell(0, i - 1) + sign * volume;
    }

private:
    ENUM_APPLIED_VOLUME volume_;
};

// Buffers: 0 volume, 1 colour (0 more than before, 1 not).
class Volumes : public Computed {
public:
    explicit Volumes(ENUM_APPLIED_VOLUME volume) : Computed(2), volume_(volume) {}

protected:
    void compute(const Rates &rates, int i) override {
        cell(0, i) = volume_at(rates, volume_, i);
        cell(1, i) = i > 0 && cell(0, i) > cell(0, i - 1) ? 0 : 1;
    }

private:
    ENUM_APPLIED_VOLUME volume_;
};

// Buffers: 0 range in points per tick, 1 colour (0 index and volume up, 1 both down, 2 index up and
// volume down, 3 the reverse; what stands still keeps its direction). MetaTrader scales the forming
// bar by the time gone; here it is taken as it is. State 2, 3: directions of index and volume.
class Facilitation : public Computed {
public:
    explicit Facilitation(ENUM_APPLIED_VOLUME volume) : Computed(2, 2), volume_(volume) {}

protected:
    void compute(const Rates &rates, int i) override {
        const double volume = volume_at(rates, volume_, i);
        const double before = i == 0 ? 0 : cell(0, i - 1);
        const double range = (rates.high[at(i)] - rates.low[at(i)]) / rates.point;
        cell(0, i) = volume > 0 ? range / volume : before;
        cell(2, i) = direction(2, i, cell(0, i) - before);
        cell(3, i) = direction(3, i, i == 0 ? 0 : volume - volume_at(rates, volume_, i - 1));
        const bool index_up = cell(2, i) > 0, volume_up = cell(3, i) > 0;
        cell(1, i) = index_up ? (volume_up ? 0 : 2) : (volume_up ? 3 : 1);
    }

private:
    double direction(int state, int i, double change) {
        if (change == 0 || i == 0) return i == 0 ? 1 : cell(state, i - 1);
        return change > 0 ? 1 : -1;
    }

    ENUM_APPLIED_VOLUME volume_;
};

}  // namespace
}  // namespace host

using namespace host;

int iAD(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume) {
    return create<Accumulation>(symbol, period, known(applied_volume), applied_volume);
}

int iChaikin(const string &symbol, ENUM_TIMEFRAMES period, int fast_ma_period, int slow_ma_period,
             ENUM_MA_METHOD ma_method, ENUM_APPLIED_VOLUME applied_volume) {
    const bool valid = positive({fast_ma_period, slow_ma_period}) && known(ma_method)
                       && known(applied_volume);
    return create<Chaikin>(symbol, period, valid, fast_ma_period, slow_ma_period, ma_method,
                           applied_volume);
}

int iMFI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period,
         ENUM_APPLIED_VOLUME applied_volume) {
    const bool valid = positive({ma_period}) && known(applied_volume);
    return create<MoneyFlow>(symbol, period, valid, ma_period, applied_volume);
}

int iOBV(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume) {
    return create<OnBalance>(symbol, period, known(applied_volume), applied_volume);
}

int iVolumes(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume) {
    return create<Volumes>(symbol, period, known(applied_volume), applied_volume);
}

int iBWMFI(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume) {
    return create<Facilitation>(symbol, period, known(applied_volume), applied_volume);
}
