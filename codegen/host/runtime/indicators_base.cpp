#include "indicators_base.h"

namespace host {

Computed::Computed(int outputs, int states) : columns_(at(outputs + states)), outputs_(outputs) {}

void Computed::update(const Rates &rates) {
    const int count = rates.count();
    for (Column &column : columns_) column.resize(at(count));
    prepare(rates, closed_);
    for (int i = closed_; i < count; i++) compute(rates, i);
    closed_ = std::max(0, count - 1);
    hide_warm_up();
}

// The newest closed row stays as it is: the next one may be computed from it.
void Computed::hide_warm_up() {
    for (; hidden_ < std::min(begin_, closed_ - 1); hidden_++) {
        for (int output = 0; output < outputs_; output++) {
            if (cell(output, hidden_) == 0) cell(output, hidden_) = EMPTY_VALUE;
        }
    }
}

double price_at(const Rates &rates, ENUM_APPLIED_PRICE price, int row) {
    const size_t i = at(row);
    switch (price) {
        case PRICE_CLOSE: return rates.close[i];
        case PRICE_OPEN: return rates.open[i];
        case PRICE_HIGH: return rates.high[i];
        case PRICE_LOW: return rates.low[i];
        case PRICE_MEDIAN: return (rates.high[i] + rates.low[i]) / 2;
        case PRICE_TYPICAL: return (rates.high[i] + rates.low[i] + rates.close[i]) / 3;
        case PRICE_WEIGHTED: return (rates.high[i] + rates.low[i] + 2 * rates.close[i]) / 4;
    }
    return 0;
}

double volume_at(const Rates &rates, ENUM_APPLIED_VOLUME volume, int row) {
    const size_t i = at(row);
    return static_cast<double>(volume == VOLUME_TICK ? rates.tick_volume[i] : rates.real_volume[i]);
}

Source::Source(const Applied &applied) : price_(applied.price()) {
    if (applied.is_price()) return;
    inner_ = applied.factory()();
    const Computed *computed = dynamic_cast<const Computed *>(inner_.get());
    begin_ = computed == nullptr ? 0 : computed->begin();
}

void Source::extend(const Rates &rates, int from) {
    values_.resize(at(rates.count()));
    if (inner_ == nullptr) {
        for (int i = from; i < rates.count(); i++) values_[at(i)] = price_at(rates, price_, i);
        return;
    }
    inner_->update(rates);
    const Column &first = inner_->buffer(0);
    std::copy(first.begin() + from, first.end(), values_.begin() + from);
}

bool Applied::resolve(const string &symbol, ENUM_TIMEFRAMES timeframe) {
    if (!is_price()) factory_ = factory_of(value_, symbol, timeframe);
    return is_price() || factory_ != nullptr;
}

bool known(ENUM_MA_METHOD method) { return method >= MODE_SMA && method <= MODE_LWMA; }
bool known(ENUM_APPLIED_VOLUME volume) { return volume == VOLUME_TICK || volume == VOLUME_REAL; }
bool known(ENUM_STO_PRICE price) { return price == STO_LOWHIGH || price == STO_CLOSECLOSE; }

}  // namespace host
