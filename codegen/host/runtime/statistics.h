// The figures of TesterStatistics, from deals and equity.
#pragma once
#include "declared.h"
#include <array>

namespace host {

// Falls of a value below its highest so far.
class Meter {
public:
    double lowest = 0, fall = 0, fall_percent = 0, relative_percent = 0, relative_fall = 0;
    void start(double value);
    void feed(double value);
    void move(double amount);  // of capital: no gain and no loss

private:
    double peak_ = 0;
};

class Server;
const size_t STATISTICS = STAT_LOSSTRADES_AVGCON + 1;  // how many there are
typedef std::array<double, STATISTICS> Figures;
// on_tester: what OnTester returned, for STAT_CUSTOM_ONTESTER.
Figures figures_of(const Server &server, double on_tester);

}  // namespace host
