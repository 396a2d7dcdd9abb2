// Bill Williams' indicators: iAO, iAC, iAlligator, iGator, iFractals.
#include "indicators_average.h"

namespace host {
namespace {

const int FAST = 5, SLOW = 34;

// The mean of 5 bars' middles less that of 34.
class Awesome {
public:
    Awesome() : middle_(PRICE_MEDIAN), fast_(MODE_SMA, FAST, 0), slow_(MODE_SMA, SLOW, 0) {}
    void extend(const Rates &rates, int from) { middle_.extend(rates, from); }
    double compute(int i) {
        const double fast = fast_.compute(middle_.values(), i);
        const double slow = slow_.compute(middle_.values(), i);
        return i < begin() ? 0 : fast - slow;
    }
    int begin() const { return slow_.begin(); }

private:
    Source middle_;
    Average fast_, slow_;
};

// Buffers: 0 value, 1 colour (0 above the bar before, 1 not).
class AwesomeOscillator : public Computed {
public:
    AwesomeOscillator() : Computed(2) { begin_ = awesome_.begin(); }

protected:
    void prepare(const Rates &rates, int from) override { awesome_.extend(rates, from); }
    void compute(const Rates &, int i) override {
        cell(0, i) = awesome_.compute(i);
        cell(1, i) = i > 0 && cell(0, i) > cell(0, i - 1) ? 0 : 1;
    }

private:
    Awesome awesome_;
};

// The same less its mean over 5 bars.
class Accelerator : public Computed {
public:
    Accelerator() : Computed(2) { begin_ = awesome_.begin() + FAST - 1; }

protected:
    void prepare(const Rates &rates, int from) override { awesome_.extend(rates, from); }
    void compute(const Rates &, int i) override {
        values_.resize(at(i + 1));
        values_[at(i)] = awesome_.compute(i);
        cell(0, i) = i < begin_ ? 0 : values_[at(i)] - mean_back(values_, i, FAST);
        cell(1, i) = i > 0 && cell(0, i) > cell(0, i - 1) ? 0 : 1;
    }

private:
    Awesome awesome_;
    Column values_;
};

struct Lines {
    int jaw, jaw_shift, teeth, teeth_shift, lips, lips_shift;
    ENUM_MA_METHOD method;

    bool valid() const {
        return positive({jaw, teeth, lips}) && known(method) && jaw_shift >= 0 && teeth_shift >= 0
               && lips_shift >= 0;
    }
};

// Buffers: 0 jaws, 1 teeth, 2 lips, none displaced.
class Alligator : public AppliedIndicator {
public:
    Alligator(const Lines &lines, const Applied &applied)
        : AppliedIndicator(applied, 3),
          jaws_(lines.method, lines.jaw, x.begin()), teeth_(lines.method, lines.teeth, x.begin()),
          lips_(lines.method, lines.lips, x.begin()) {
        begin_ = jaws_.begin();
    }

protected:
    void compute(const Rates &, int i) override {
        cell(0, i) = jaws_.compute(x.values(), i);
        cell(1, i) = teeth_.compute(x.values(), i);
        cell(2, i) = lips_.compute(x.values(), i);
    }

private:
    Average jaws_, teeth_, lips_;
};

// Buffers: 0 distance of jaws and teeth, 2 minus the distance of teeth and lips, each pair displaced
// against one another as on the chart; 1 and 3 colours (0 longer than the bar before, 1 not).
class Gator : public AppliedIndicator {
public:
    Gator(const Lines &lines, const Applied &applied)
        : AppliedIndicator(applied, 4),
          upper_shift_(lines.jaw_shift - lines.teeth_shift),
          lower_shift_(lines.teeth_shift - lines.lips_shift),
          jaws_(lines.method, lines.jaw, x.begin()), teeth_(lines.method, lines.teeth, x.begin()),
          lips_(lines.method, lines.lips, x.begin()) {
        upper_begin_ = begin_of(jaws_, teeth_, upper_shift_);
        lower_begin_ = begin_of(teeth_, lips_, lower_shift_);
        begin_ = std::max(upper_begin_, lower_begin_);
    }

protected:
    void compute(const Rates &, int i) override {
        jaws_.compute(x.values(), i);
        teeth_.compute(x.values(), i);
        lips_.compute(x.values(), i);
        if (i >= upper_begin_) cell(0, i) = std::fabs(jaws_[i - upper_shift_] - teeth_[i]);
        if (i >= lower_begin_) cell(2, i) = -std::fabs(teeth_[i - lower_shift_] - lips_[i]);
        cell(1, i) = i > 0 && cell(0, i) > cell(0, i - 1) ? 0 : 1;
        cell(3, i) = i > 0 && cell(2, i) < cell(2, i - 1) ? 0 : 1;
    }

private:
    static int begin_of(const Average &slow, const Average &fast, int shift) {
        return std::max(slow.begin() + shift, fast.begin());
    }

    int upper_shift_, lower_shift_;
    Average jaws_, teeth_, lips_;
    int upper_begin_ = 0, lower_begin_ = 0;
};

// Buffers: 0 upper, 1 lower; the price of a high (low) that two bars before do not exceed and two
// closed bars after do not reach, known from the second one's close on, else EMPTY_VALUE.
class Fractals : public Computed {
public:
    Fractals() : Computed(2) { begin_ = 2; }

protected:
    void compute(const Rates &rates, int i) override {
        cell(0, i) = cell(1, i) = EMPTY_VALUE;
        if (i < 4 || i == rates.count() - 1) return;
        cell(0, i - 2) = is_peak(rates.high, i - 2, 1, rates) ? rates.high[at(i - 2)] : EMPTY_VALUE;
        cell(1, i - 2) = is_peak(rates.low, i - 2, -1, rates) ? rates.low[at(i - 2)] : EMPTY_VALUE;
    }

private:
    static bool is_peak(const Column &x, int i, int sign, const Rates &rates) {
        const double slack = price_slack(rates);
        const auto above = [&](int other) { return sign * (x[at(i)] - x[at(other)]); };
        return above(i + 1) > slack && above(i + 2) > slack && above(i - 1) >= -slack
               && above(i - 2) >= -slack;
    }
};

}  // namespace
}  // namespace host

using namespace host;

int iAO(const string &symbol, ENUM_TIMEFRAMES period) {
    return create<AwesomeOscillator>(symbol, period, true);
}

int iAC(const string &symbol, ENUM_TIMEFRAMES period) {
    return create<Accelerator>(symbol, period, true);
}

int iAlligator(const string &symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift,
               int teeth_period, int teeth_shift, int lips_period, int lips_shift,
               ENUM_MA_METHOD ma_method, Applied applied_price) {
    const Lines lines = {jaw_period, jaw_shift, teeth_period, teeth_shift, lips_period, lips_shift,
                         ma_method};
    return create_applied<Alligator>(symbol, period, lines.valid(), applied_price, lines);
}

int iGator(const string &symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift,
           int teeth_period, int teeth_shift, int lips_period, int lips_shift,
           ENUM_MA_METHOD ma_method, Applied applied_price) {
    const Lines lines = {jaw_period, jaw_shift, teeth_period, teeth_shift, lips_period, lips_shift,
                         ma_method};
    // Where a slower line is displaced less than the faster one, its value lies in the future.
    const bool valid = lines.valid() && jaw_shift >= teeth_shift && teeth_shift >= lips_shift;
    return create_applied<Gator>(symbol, period, valid, applied_price, lines);
}

int iFractals(const string &symbol, ENUM_TIMEFRAMES period) {
    return create<Fractals>(symbol, period, true);
}
