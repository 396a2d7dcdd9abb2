// Oscillators of a price: iRSI, iCCI, iMomentum.
#include "indicators_average.h"

namespace host {
namespace {

// Where nothing moves it stays: rises and falls fade alike. States: 1 mean rise, 2 mean fall.
class RelativeStrength : public AppliedIndicator {
public:
    RelativeStrength(int period, const Applied &applied)
        : AppliedIndicator(applied, 1, 2), period_(period) {
        begin_ = x.begin() + period;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < begin_) return;
        const double slack = price_slack(rates);
        const double last = change(i, slack);
        if (i == begin_) {
            start(i, slack);
        } else {
            cell(1, i) = (cell(1, i - 1) * (period_ - 1) + std::max(last, 0.0)) / period_;
            cell(2, i) = (cell(2, i - 1) * (period_ - 1) + std::max(-last, 0.0)) / period_;
        }
        cell(0, i) = i > begin_ && last == 0 ? cell(0, i - 1) : strength(cell(1, i), cell(2, i));
    }

private:
    double change(int i, double slack) const {
        const double step = x[i] - x[i - 1];
        return std::fabs(step) > slack ? step : 0;
    }

    void start(int i, double slack) {
        double up = 0, down = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            const double step = change(j, slack);
            (step > 0 ? up : down) += std::fabs(step);
        }
        cell(1, i) = up / period_;
        cell(2, i) = down / period_;
    }

    static double strength(double up, double down) {
        if (down > 0) return 100 - 100 / (1 + up / down);
        return up > 0 ? 100 : 50;
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
