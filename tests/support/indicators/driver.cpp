// Calls built-in indicators one by one for tests: handles without an Expert Advisor around them.
// Compiled behind all indicator sources and a generated table `calls` of functions that each make
// one handle; what is visible of the bars is grown by hand.

namespace {

const int FIRST_HANDLE = 10;
std::vector<host::IndicatorFactory> handles;
std::vector<std::unique_ptr<host::Indicator>> objects;
host::Rates whole, visible;

}  // namespace

namespace host {

int create_handle(const string &, ENUM_TIMEFRAMES, IndicatorFactory factory) {
    handles.push_back(std::move(factory));
    return FIRST_HANDLE + static_cast<int>(handles.size()) - 1;
}

int bad_parameters() { return INVALID_HANDLE; }

IndicatorFactory factory_of(int handle, const string &, ENUM_TIMEFRAMES) {
    const size_t number = static_cast<size_t>(handle - FIRST_HANDLE);
    return number < handles.size() ? handles[number] : IndicatorFactory();
}

}  // namespace host

extern "C" {

void load(int rows, const double *prices, const int64_t *ticks, const int64_t *real, double point) {
    whole = host::Rates();
    std::vector<double> *columns[] = {&whole.open, &whole.high, &whole.low, &whole.close};
    for (int column = 0; column < 4; column++)
        columns[column]->assign(prices + column * rows, prices + (column + 1) * rows);
    whole.tick_volume.assign(ticks, ticks + rows);
    whole.real_volume.assign(real, real + rows);
    for (int i = 0; i < rows; i++) whole.time.push_back(3600 * i);
    whole.spread.assign(static_cast<size_t>(rows), 10);
    whole.point = point;
    whole.seconds = 3600;
}

// The first rows bars; the last one only as its first tick, or as it is later.
void show(int rows, int first_tick) {
    visible = whole;
    const size_t n = static_cast<size_t>(rows);
    for (auto *column : {&visible.open, &visible.high, &visible.low, &visible.close}) column->resize(n);
    for (auto *column : {&visible.tick_volume, &visible.real_volume}) column->resize(n);
    visible.time.resize(n);
    visible.spread.resize(n);
    if (!first_tick) return;
    visible.high[n - 1] = visible.low[n - 1] = visible.close[n - 1] = visible.open[n - 1];
    visible.tick_volume[n - 1] = visible.real_volume[n - 1] = 1;
}

int handle_of(int call) { return calls[call](); }

int open_object(int handle) {
    objects.push_back(handles[static_cast<size_t>(handle - FIRST_HANDLE)]());
    return static_cast<int>(objects.size()) - 1;
}

void update(int object) { objects[static_cast<size_t>(object)]->update(visible); }
int buffers(int object) { return objects[static_cast<size_t>(object)]->buffers(); }

int copy(int object, int buffer, double *values) {
    const std::vector<double> &found = objects[static_cast<size_t>(object)]->buffer(buffer);
    std::copy(found.begin(), found.end(), values);
    return static_cast<int>(found.size());
}

void clear() {
    handles.clear();
    objects.clear();
}

}
