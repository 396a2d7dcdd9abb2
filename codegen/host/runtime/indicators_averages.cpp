// Moving averages and what is chained of them: iMA, iDEMA, iTEMA, iTriX.
#include "indicators_average.h"

namespace host {
namespace {

class MovingAverage : public AppliedIndicator {
public:
    MovingAverage(int period, ENUM_MA_METHOD method, const Applied &applied)
        : AppliedIndicator(applied, 1), average_(method, period, x.begin()) {
        begin_ = average_.begin();
    }

protected:
    void compute(const Rates &, int i) override { cell(0, i) = average_.compute(x.values(), i); }

private:
    Average average_;
};

// Exponential averages of one another, each started with the first whole value of the one before.
class Chained : public AppliedIndicator {
protected:
    Chained(int period, int length, const Applied &applied) : AppliedIndicator(applied, 1) {
        for (int level = 0; level < length; level++)
            links_.emplace_back(MODE_EMA, period, x.begin() + level * (period - 1));
        begin_ = links_.back().begin();
    }

    double link(int level, int i) const { return links_[at(level)][i]; }
    virtual double value(int i) const = 0;

    void compute(const Rates &, int i) override {
        const Column *series = &x.values();
        for (Average &average : links_) {
            average.compute(*series, i);
            series = &average.values();
        }
        cell(0, i) = i < begin_ ? 0 : value(i);
    }

private:
    std::vector<Average> links_;
};

class DoubleExponential : public Chained {
public:
    DoubleExponential(int period, const Applied &applied) : Chained(period, 2, applied) {}

protected:
    double value(int i) const override { return 2 * link(0, i) - link(1, i); }
};

class TripleExponential : public Chained {
public:
    TripleExponential(int period, const Applied &applied) : Chained(period, 3, applied) {}

protected:
    double value(int i) const override { return 3 * link(0, i) - 3 * link(1, i) + link(2, i); }
};

// The relative change of a triple exponential average, as a fraction.
class Trix : public Chained {
public:
    Trix(int period, const Applied &applied) : Chained(period, 3, applied) {}

protected:
    double value(int i) const override {
        return i == 0 ? 0 : ratio(link(2, i) - link(2, i - 1), link(2, i - 1));
    }
};

}  // namespace
}  // namespace host

using namespace host;

int iMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int, ENUM_MA_METHOD ma_method,
        Applied applied_price) {
    const bool valid = positive({ma_period}) && known(ma_method);
    return create_applied<MovingAverage>(symbol, period, valid, applied_price, ma_period, ma_method);
}

int iDEMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int, Applied applied_price) {
    const bool valid = positive({ma_period});
    return create_applied<DoubleExponential>(symbol, period, valid, applied_price, ma_period);
}

int iTEMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int, Applied applied_price) {
    const bool valid = positive({ma_period});
    return create_applied<TripleExponential>(symbol, period, valid, applied_price, ma_period);
}

int iTriX(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, Applied applied_price) {
    return create_applied<Trix>(symbol, period, positive({ma_period}), applied_price, ma_period);
}
