#include "indicators_average.h"

namespace host {

double Average::compute(const Column &x, int i) {
    if (values_.size() < at(i + 1)) values_.resize(at(i + 1));
    double value = 0;
    switch (method_) {
        case MODE_SMA: value = i < begin() ? 0 : simple(x, i); break;
        case MODE_EMA: value = i < first_ ? 0 : exponential(x, i); break;
        case MODE_SMMA: value = i < begin() ? 0 : smoothed(x, i); break;
        case MODE_LWMA: value = i < first_ ? 0 : weighted(x, i); break;
    }
    return values_[at(i)] = value;
}

static double mean(const Column &x, int i, int period) {
    double sum = 0;
    for (int j = i - period + 1; j <= i; j++) sum += x[at(j)];
    return sum / period;
}

double mean_back(const Column &x, int i, int period) {
    double sum = 0;
    for (int j = i; j > i - period; j--) sum += x[at(j)];
    return sum / period;
}

double Average::simple(const Column &x, int i) const {
    if (i == begin()) return mean(x, i, period_);
    return values_[at(i - 1)] + (x[at(i)] - x[at(i - period_)]) / period_;
}

double Average::exponential(const Column &x, int i) const {
    if (mean_first_ && i <= begin()) return i < begin() ? 0 : mean(x, i, period_);
    if (i == first_) return x[at(i)];
    const double k = 2.0 / (period_ + 1.0);
    return x[at(i)] * k + values_[at(i - 1)] * (1 - k);
}

double Average::smoothed(const Column &x, int i) const {
    if (i == begin()) return mean(x, i, period_);
    return (values_[at(i - 1)] * (period_ - 1) + x[at(i)]) / period_;
}

// One step on, every value loses one weight and the new one gets the full weight.
double Average::weighted(const Column &x, int i) {
    sums_.resize(values_.size());
    products_.resize(values_.size());
    const bool start = i == first_;
    const double leaving = i - period_ < first_ ? 0 : x[at(i - period_)];
    const double sum = start ? 0 : sums_[at(i - 1)];
    const double product = start ? 0 : products_[at(i - 1)];
    products_[at(i)] = product - sum + period_ * x[at(i)];
    sums_[at(i)] = sum - leaving + x[at(i)];
    return i < begin() ? 0 : products_[at(i)] / (period_ * (period_ + 1.0) / 2);
}

}  // namespace host
