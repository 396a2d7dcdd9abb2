// Elder's indicators: iBearsPower, iBullsPower, iForce.
#include "indicators_average.h"

namespace host {
namespace {

// An extreme of the bar against the exponential average of closes.
class Power : public Computed {
public:
    Power(int period, bool bulls) : Computed(1), bulls_(bulls), average_(MODE_EMA, period, 0) {
        begin_ = average_.begin();
    }

protected:
    void compute(const Rates &rates, int i) override {
        const double middle = average_.compute(rates.close, i);
        cell(0, i) = (bulls_ ? rates.high[at(i)] : rates.low[at(i)]) - middle;
    }

private:
    bool bulls_;
    Average average_;
};

// The volume times the step of an average of closes.
class Force : public Computed {
public:
    Force(int period, ENUM_MA_METHOD method, ENUM_APPLIED_VOLUME volume)
        : Computed(1), volume_(volume), average_(method, period, 0) {
        begin_ = period;
    }

protected:
    void compute(const Rates &rates, int i) override {
        const double now = average_.compute(rates.close, i);
        if (i >= begin_) cell(0, i) = volume_at(rates, volume_, i) * (now - average_[i - 1]);
    }

private:
    ENUM_APPLIED_VOLUME volume_;
    Average average_;
};

}  // namespace
}  // namespace host

using namespace host;

int iBearsPower(const string &symbol, ENUM_TIMEFRAMES period, int ma_period) {
    return create<Power>(symbol, period, positive({ma_period}), ma_period, false);
}

int iBullsPower(const string &symbol, ENUM_TIMEFRAMES period, int ma_period) {
    return create<Power>(symbol, period, positive({ma_period}), ma_period, true);
}

int iForce(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_MA_METHOD ma_method,
           ENUM_APPLIED_VOLUME applied_volume) {
    const bool valid = positive({ma_period}) && known(ma_method) && known(applied_volume);
    return create<Force>(symbol, period, valid, ma_period, ma_method, applied_volume);
}
