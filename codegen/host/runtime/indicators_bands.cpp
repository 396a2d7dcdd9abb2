// Lines about an average: iBands, iEnvelopes, iStdDev.
#include "indicators_average.h"

namespace host {
namespace {

// Deviation of the last values from an average, which need not be their mean.
double deviation_about(const Source &x, int i, int period, double middle) {
    double sum = 0;
    for (int j = i - period + 1; j <= i; j++) sum += (x[j] - middle) * (x[j] - middle);
    return std::sqrt(sum / period);
}

// Buffers: 0 middle, 1 upper, 2 lower.
class Bands : public AppliedIndicator {
public:
    Bands(int period, double deviations, const Applied &applied)
        : AppliedIndicator(applied, 3), period_(period), deviations_(deviations) {
        begin_ = x.begin() + period - 1;
    }

protected:
    void compute(const Rates &, int i) override {
        if (i < begin_) return;
        const double middle = mean_back(x.values(), i, period_);
        const double width = deviations_ * deviation_about(x, i, period_, middle);
        cell(0, i) = middle;
        cell(1, i) = middle + width;
        cell(2, i) = middle - width;
    }

private:
    int period_;
    double deviations_;
};

// Other than iMA, the exponential average starts with a mean here, as in MetaTrader's source.
class StandardDeviation : public AppliedIndicator {
public:
    StandardDeviation(int period, ENUM_MA_METHOD method, const Applied &applied)
        : AppliedIndicator(applied, 1), period_(period),
          average_(method, period, x.begin(), true) {
        begin_ = average_.begin();
    }

protected:
    void compute(const Rates &, int i) override {
        const double middle = average_.compute(x.values(), i);
        cell(0, i) = i < begin_ ? 0 : deviation_about(x, i, period_, middle);
    }

private:
    int period_;
    Average average_;
};

// Buffers: 0 upper, 1 lower, a percentage above and below an average.
class Envelopes : public AppliedIndicator {
public:
    Envelopes(int period, ENUM_MA_METHOD method, double percent, const Applied &applied)
        : AppliedIndicator(applied, 2), percent_(percent), average_(method, period, x.begin()) {
        begin_ = average_.begin();
    }

protected:
    void compute(const Rates &, int i) override {
        const double middle = average_.compute(x.values(), i);
        cell(0, i) = i < begin_ ? 0 : middle * (1 + percent_ / 100);
        cell(1, i) = i < begin_ ? 0 : middle * (1 - percent_ / 100);
    }

private:
    double percent_;
    Average average_;
};

}  // namespace
}  // namespace host

using namespace host;

int iBands(const string &symbol, ENUM_TIMEFRAMES period, int bands_period, int, double deviation,
           Applied applied_price) {
    const bool valid = positive({bands_period}) && std::isfinite(deviation);
    return create_applied<Bands>(symbol, period, valid, applied_price, bands_period, deviation);
}

int iEnvelopes(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int,
               ENUM_MA_METHOD ma_method, Applied applied_price, double deviation) {
    const bool valid = positive({ma_period}) && known(ma_method) && std::isfinite(deviation);
    return create_applied<Envelopes>(symbol, period, valid, applied_price, ma_period, ma_method,
                                     deviation);
}

int iStdDev(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int,
            ENUM_MA_METHOD ma_method, Applied applied_price) {
    const bool valid = positive({ma_period}) && known(ma_method);
    return create_applied<StandardDeviation>(symbol, period, valid, applied_price, ma_period,
                                             ma_method);
}
