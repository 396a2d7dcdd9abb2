// Differences of averages of a price: iMACD, iOsMA.
#include "indicators_average.h"

namespace host {
namespace {

// Two exponential averages and the simple mean of their difference.
class Convergence : public AppliedIndicator {
protected:
    Convergence(int outputs, int fast, int slow, int signal, const Applied &applied)
        : AppliedIndicator(applied, outputs),
          fast_(MODE_EMA, fast, x.begin()), slow_(MODE_EMA, slow, x.begin()),
          signal_(MODE_SMA, signal, x.begin()) {
        begin_ = signal_.begin();
    }

    void advance(int i) {
        main_.resize(at(i + 1));
        main_[at(i)] = fast_.compute(x.values(), i) - slow_.compute(x.values(), i);
        signal_.compute(main_, i);
    }

    double main(int i) const { return main_[at(i)]; }
    double signal(int i) const { return signal_[i]; }

private:
    Average fast_, slow_, signal_;
    Column main_;
};

// Buffers: 0 main line, 1 signal line.
class Macd : public Convergence {
public:
    Macd(int fast, int slow, int signal, const Applied &applied)
        : Convergence(2, fast, slow, signal, applied) {}

protected:
    void compute(const Rates &, int i) override {
        advance(i);
        cell(0, i) = main(i);
        cell(1, i) = signal(i);
    }
};

class Osma : public Convergence {
public:
    Osma(int fast, int slow, int signal, const Applied &applied)
        : Convergence(1, fast, slow, signal, applied) {}

protected:
    void compute(const Rates &, int i) override {
        advance(i);
        cell(0, i) = main(i) - signal(i);
    }
};

}  // namespace
}  // namespace host

using namespace host;

int iMACD(const string &symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period,
          int signal_period, Applied applied_price) {
    const bool valid = positive({fast_ema_period, slow_ema_period, signal_period});
    return create_applied<Macd>(symbol, period, valid, applied_price, fast_ema_period,
                                slow_ema_period, signal_period);
}

int iOsMA(const string &symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period,
          int signal_period, Applied applied_price) {
    const bool valid = positive({fast_ema_period, slow_ema_period, signal_period});
    return create_applied<Osma>(symbol, period, valid, applied_price, fast_ema_period,
                                slow_ema_period, signal_period);
}
