// Handles of indicators: created, read, released; what is never released is found at the end.
#pragma once
#include "array.h"
#include "indicator.h"
#include <memory>
#include <vector>

namespace host {

struct Handle {
    ENUM_TIMEFRAMES timeframe;
    IndicatorFactory factory;
    std::unique_ptr<Indicator> indicator;
    int64_t changes = -1, generation = -1;
};

class Handles {
public:
    int add(ENUM_TIMEFRAMES timeframe, IndicatorFactory factory);
    bool release(int handle);
    bool known(int handle) const;
    std::vector<int> left() const;
    void clear() { handles_.clear(); }
    Handle &operator[](int handle) { return handles_[static_cast<size_t>(handle) - FIRST]; }

private:
    static const int FIRST = 10;  // as in MetaTrader; 0 is never one
    std::vector<Handle> handles_;
};

}  // namespace host

int CopyBuffer(int handle, int buffer, int start, int count, Array<double> &values);
int CopyBuffer(int handle, int buffer, datetime start, int count, Array<double> &values);
int CopyBuffer(int handle, int buffer, datetime start, datetime stop, Array<double> &values);
int BarsCalculated(int handle);
bool IndicatorRelease(int handle);
