// Averages that adapt their speed: iAMA, iFrAMA, iVIDyA.
#include "indicators_average.h"

namespace host {
namespace {

// Fast where the price goes straight: the net move over `period` bars against the path gone.
class Kaufman : public AppliedIndicator {
public:
    Kaufman(int period, int fast, int slow, const Applied &applied)
        : AppliedIndicator(applied, 1),
          period_(period), fast_(2.0 / (fast + 1.0)), slow_(2.0 / (slow + 1.0)) {
        begin_ = x.begin() + period - 1;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i <= begin_) {
            cell(0, i) = i < begin_ ? 0 : x[i];
            return;
        }
        double path = 0;
        for (int j = i - period_ + 1; j <= i; j++) path += std::fabs(x[j] - x[j - 1]);
        const double net = std::fabs(x[i] - x[i - period_]);
        const double efficiency = path > price_slack(rates) ? net / path : 0;
        const double speed = efficiency * (fast_ - slow_) + slow_;
        const double before = cell(0, i - 1);
        cell(0, i) = before + speed * speed * (x[i] - before);
    }

private:
    int period_;
    double fast_, slow_;
};

// Ehlers' fractal average: the dimension of the path over two windows sets the speed.
class Fractal : public AppliedIndicator {
public:
    Fractal(int period, const Applied &applied)
        : AppliedIndicator(applied, 1), period_(period),
          high_(period), high_both_(2 * period), low_(period), low_both_(2 * period),
          high_before_(period), low_before_(period) {
        begin_ = x.begin() + 2 * period - 1;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < begin_) {
            cell(0, i) = x[i];
            return;
        }
        const int before = i - period_;
        const double late = high_.compute(rates.high, i) - low_.compute(rates.low, i);
        const double early = high_before_.compute(rates.high, before)
                             - low_before_.compute(rates.low, before);
        const double both = high_both_.compute(rates.high, i) - low_both_.compute(rates.low, i);
        const double alpha = speed((late + early) / period_, both / (2.0 * period_));
        cell(0, i) = alpha * x[i] + (1 - alpha) * cell(0, i - 1);
    }

private:
    // Without any range there is no dimension, and the average stays where it is.
    static double speed(double halves, double whole) {
        if (halves <= 1e-12 || whole <= 1e-12) return 0;
        return std::exp(-4.6 * ((std::log(halves) - std::log(whole)) / std::log(2.0) - 1));
    }

    int period_;
    Highest high_, high_both_;
    Lowest low_, low_both_;
    Highest high_before_;
    Lowest low_before_;
};

// Chande's variable average: the momentum oscillator sets the speed.
class Vidya : public AppliedIndicator {
public:
    Vidya(int cmo_period, int ema_period, const Applied &applied)
        : AppliedIndicator(applied, 1), period_(cmo_period), k_(2.0 / (ema_period + 1.0)) {
        begin_ = x.begin() + cmo_period + ema_period - 1;
    }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < begin_) {
            cell(0, i) = x[i];
            return;
        }
        double up = 0, down = 0;
        for (int j = i - period_ + 1; j <= i; j++) {
            const double change = x[j] - x[j - 1];
            (change > 0 ? up : down) += std::fabs(change);
        }
        const double sum = up + down;
        const double oscillator = sum > price_slack(rates) ? (up - down) / sum : 0;
        const double alpha = k_ * std::fabs(oscillator);
        cell(0, i) = x[i] * alpha + cell(0, i - 1) * (1 - alpha);
    }

private:
    int period_;
    double k_;
};

}  // namespace
}  // namespace host

using namespace host;

int iAMA(const string &symbol, ENUM_TIMEFRAMES period, int ama_period, int fast_ma_period,
         int slow_ma_period, int, Applied applied_price) {
    const bool valid = positive({ama_period, fast_ma_period, slow_ma_period});
    return create_applied<Kaufman>(symbol, period, valid, applied_price, ama_period, fast_ma_period,
                                   slow_ma_period);
}

int iFrAMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int, Applied applied_price) {
    return create_applied<Fractal>(symbol, period, positive({ma_period}), applied_price, ma_period);
}

int iVIDyA(const string &symbol, ENUM_TIMEFRAMES period, int cmo_period, int ema_period, int,
           Applied applied_price) {
    const bool valid = positive({cmo_period, ema_period});
    return create_applied<Vidya>(symbol, period, valid, applied_price, cmo_period, ema_period);
}
