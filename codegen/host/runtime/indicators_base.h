// What the built-in indicators share: rows computed once they are closed, the series they are
// applied to, checks of their parameters. Formulas follow MetaTrader's published examples; zero
// tests have the tolerance of the trading contract, so that the last bit of a running sum decides
// nothing.
#pragma once
#include "indicator.h"
#include "indicators.h"
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace host {

typedef std::vector<double> Column;

// An indicator whose row depends on rows up to it alone: `compute` fills row i of every column and
// may be called again for the same i as long as that bar is forming. Cells before `begin`
// without a value end up as EMPTY_VALUE: a terminal has that or 0, and nobody should rely on either.
class Computed : public Indicator {
public:
    int buffers() const override { return outputs_; }
    const Column &buffer(int number) const override { return columns_[static_cast<size_t>(number)]; }
    void update(const Rates &rates) override;

    // First row that holds a value (PLOT_DRAW_BEGIN).
    int begin() const { return begin_; }

protected:
    // outputs: buffers that CopyBuffer reads; states: further columns kept between rows.
    explicit Computed(int outputs, int states = 0);
    virtual void compute(const Rates &rates, int i) = 0;
    // Brings the series that the indicator is applied to up to date, from row `from` on.
    virtual void prepare(const Rates &, int) {}

    double &cell(int column, int i) { return columns_[static_cast<size_t>(column)][static_cast<size_t>(i)]; }

    int begin_ = 0;

private:
    void hide_warm_up();

    std::vector<Column> columns_;
    int outputs_;
    int hidden_ = 0;  // rows already seen to
    int closed_ = 0;  // rows that will not change
};

// The series that an indicator is applied to: a price of the bars, or the first buffer of another.
class Source {
public:
    explicit Source(const Applied &applied);
    void extend(const Rates &rates, int from);
    double operator[](int i) const { return values_[static_cast<size_t>(i)]; }
    const Column &values() const { return values_; }
    int begin() const { return begin_; }

private:
    ENUM_APPLIED_PRICE price_;
    std::shared_ptr<Indicator> inner_;  // null: a price
    Column values_;
    int begin_ = 0;
};

// An indicator with an applied price.
class AppliedIndicator : public Computed {
protected:
    AppliedIndicator(const Applied &applied, int outputs, int states = 0)
        : Computed(outputs, states), x(applied) {}
    void prepare(const Rates &rates, int from) override { x.extend(rates, from); }

    Source x;
};

double price_at(const Rates &rates, ENUM_APPLIED_PRICE price, int row);
double volume_at(const Rates &rates, ENUM_APPLIED_VOLUME volume, int row);

// What must be more than zero to count as a price difference.
inline double price_slack(const Rates &rates) { return 1e-4 * rates.point; }
// a / b, and 0 where b is none.
inline double ratio(double a, double b) { return std::fabs(b) <= 1e-12 ? 0.0 : a / b; }
inline size_t at(int i) { return static_cast<size_t>(i); }

// Periods that are taken; one beyond the bars is no error, the values just never come. The upper
// limit keeps sums of periods within int; no terminal has so many bars.
inline bool positive(std::initializer_list<int> periods) {
    return std::all_of(periods.begin(), periods.end(),
                       [](int period) { return period > 0 && period <= 100'000'000; });
}
bool known(ENUM_MA_METHOD method);
bool known(ENUM_APPLIED_VOLUME volume);
bool known(ENUM_STO_PRICE price);

// Registers an indicator made of these arguments, or refuses.
template <typename T, typename... Arguments>
int create(const string &symbol, ENUM_TIMEFRAMES timeframe, bool valid, Arguments... arguments) {
    if (!valid) return bad_parameters();
    return create_handle(symbol, timeframe,
                         [=] { return std::unique_ptr<Indicator>(new T(arguments...)); });
}

// The same for indicators applied to a price or to another indicator, which comes last.
template <typename T, typename... Arguments>
int create_applied(const string &symbol, ENUM_TIMEFRAMES timeframe, bool valid,
                   const Applied &applied, Arguments... arguments) {
    if (!valid || !applied.valid()) return bad_parameters();
    Applied found = applied;
    if (!found.resolve(symbol, timeframe)) return INVALID_HANDLE;
    return create<T>(symbol, timeframe, true, arguments..., found);
}

}  // namespace host
