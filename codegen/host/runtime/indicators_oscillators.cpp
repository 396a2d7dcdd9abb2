// Oscillators of a price: iRSI, iCCI, iMomentum.
#include "indicators_average.h"

namespace host {
namespace {

// States: 1 mean rise, 2 mean fall.
class RelativeStrength : public AppliedIndicator {
public:
    RelativeStrength(int period, const Applied &applied)
        : AppliedIndicator(applied, 1, 2), period_(period) {
        begin_ = x.begin() + period;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < begin_) return;
        if (i == begin_)
            start(i);
        else
            step(i);
        const double up = cell(1, i), down = cell(2, i), slack = price_slack(rates);
        if (down > slack)
            cell(0, i) = 100 - 100 / (1 + up / down);
        else
            cell(0, i) = up > slack ? 100 : 50;
    }

private:
    void start(int i) {
        double up = 0, down = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            const double change = x[j] - x[j - 1];
            (change > 0 ? up : down) += std::fabs(change);
        }
        cell(1, i) = up / period_;
        cell(2, i) = down / period_;
    }

    void step(int i) {
        const double change = x[i] - x[i - 1];
        cell(1, i) = (cell(1, i - 1) * (period_ - 1) + std::max(change, 0.0)) / period_;
        cell(2, i) = (cell(2, i - 1) * (period_ - 1) + std::max(-change, 0.0)) / period_;
    }

    int period_;
};

class Channel : public AppliedIndicator {
public:
    Channel(int period, const Applied &applied)
        : AppliedIndicator(applied, 1), period_(period) {
        begin_ = x.begin() + period - 1;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < begin_) return;
        const double middle = mean_back(x.values(), i, period_);
        double sum = 0;
        for (int j = i - period_ + 1; j <= i; j++) sum += std::fabs(x[j] - middle);
        const double deviation = sum / period_;
        cell(0, i) = deviation > price_slack(rates) ? (x[i] - middle) / (0.015 * deviation) : 0;
    }

private:
    int period_;
};

class Momentum : public AppliedIndicator {
public:
    Momentum(int period, const Applied &applied) : AppliedIndicator(applied, 1), period_(period) {
        begin_ = x.begin() + period;
    }

protected:
    void compute(const Rates &, int i) override {
        if (i >= begin_) cell(0, i) = 100 * ratio(x[i], x[i - period_]);
    }

private:
    int period_;
};

}  // namespace
}  // namespace host

using namespace host;

int iRSI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, Applied applied_price) {
    const bool valid = positive({ma_period});
    return create_applied<RelativeStrength>(symbol, period, valid, applied_price, ma_period);
}

int iCCI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, Applied applied_price) {
    return create_applied<Channel>(symbol, period, positive({ma_period}), applied_price, ma_period);
}

int iMomentum(const string &symbol, ENUM_TIMEFRAMES period, int mom_period, Applied applied_price) {
    const bool valid = positive({mom_period});
    return create_applied<Momentum>(symbol, period, valid, applied_price, mom_period);
}
