// The trade server: one account with its positions, orders and deals, apart from the programs that
// use it. It charges swap, fills stop loss, take profit and stop-out, and answers trade requests.
#pragma once
#include "market.h"
#include "script.h"
#include "statistics.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace host {

struct Position {
    ulong ticket = 0;
    bool is_long = true;
    datetime time = 0, updated = 0;
    double volume = 0, price = 0, sl = 0, tp = 0;
    double margin = 0, swap = 0, commission = 0, stop_out = 0;
    int64_t magic = 0;
    std::string comment;
    bool late = false;  // opened or moved after the first quote of the running bar
};
struct Order {
    ulong ticket = 0;
    datetime time = 0, done = 0;
    ENUM_ORDER_TYPE type = ORDER_TYPE_BUY;
    ENUM_ORDER_STATE state = ORDER_STATE_STARTED;
    ENUM_ORDER_TYPE_FILLING filling = ORDER_FILLING_FOK;
    double volume = 0, left = 0, price = 0, sl = 0, tp = 0;
    int64_t magic = 0;
    ulong position = 0;
    std::string comment, cause;
    MqlTradeRequest request = {};
};
struct Deal {
    ulong ticket = 0, order = 0, position = 0;
    datetime time = 0;
    int bar = 0;
    ENUM_DEAL_TYPE type = DEAL_TYPE_BALANCE;
    ENUM_DEAL_ENTRY entry = DEAL_ENTRY_IN;
    ENUM_DEAL_REASON reason = DEAL_REASON_EXPERT;
    bool is_long = true;  // of the position
    int64_t magic = 0;
    double volume = 0, price = 0, sl = 0, tp = 0;
    double profit = 0, commission = 0, swap = 0, balance = 0;
    double result = 0;  // of a closing deal: profit, swap and its share of both commissions
    std::string comment, cause;
};

enum class Judged { OPEN, WHOLE_BAR, FINER_BAR };

// How far a range of bids took the price at which a position closes.
struct Reach {
    double adverse, favourable;
};

class Server {
public:
    const Market &market;
    const Script &script;
    Pricing pricing;
    Quote quote;
    datetime now = 0;
    int bar = -1;
    bool moved_on = false;  // the quote is no longer the first one of the bar
    std::vector<Position> positions;
    std::vector<Order> orders, order_history;
    std::vector<Deal> deals;
    std::map<std::string, double> globals;
    Meter equity_meter, balance_meter;
    double least_margin_level = 0;  // percent, 0: there was no position
    Met met;

    Server(const Market &facts, const Script &faults);

    void begin(int row);           // before the first bar
    // The steps of a bar, in the order of the contract.
    void open_bar(int row);
    void charge_swap();
    void fill_at_open();
    void fill_within_bar();
    void fill_within_finer(const Bar &finer);
    double close_bar();            // returns equity at the close
    void close_all();
    void move_quote(double bid, datetime time);
    void execute_late_orders();
    void act_by_hand(const Hand &hand);
    void move_capital(double amount);  // a deposit, or a withdrawal below 0
    void wait(int milliseconds);  // of model time
    int64_t milliseconds() const { return now.value * 1000 + waited_; }

    uint answer(const MqlTradeRequest &request, MqlTradeResult &result, const std::string &cause);
    uint check(const MqlTradeRequest &request) const;

    int requests() const { return requests_; }  // that came
    double balance() const { return balance_; }
    double equity() const;  // without the credit
    double funds() const { return equity() + script.credit; }
    double capital() const { return capital_; }  // deposits less withdrawals
    double floating(const Position &position) const;
    double margin_used() const;
    Position *find(ulong ticket);

private:
    double balance_, capital_;
    ulong tickets_ = 1, deal_tickets_ = 1;
    int requests_ = 0;
    int64_t waited_ = 0;  // milliseconds below a second

    const Bar &running_bar() const { return market.bars[static_cast<size_t>(bar)]; }
    void take_facts(int row);  // spread and conversion of a bar
    double equity_if(double closing_bid) const;
    void update_stop_outs();
    double stop_out_of(const Position &position) const;
    Reach reach(const Position &position, const Bar &range) const;
    bool touched(Position &position, const Bar &range, Judged judged);
    void note_extreme(const Position &closing, double price, Judged judged);
    bool stop_first(const Position &position, double stop) const;
    bool finer_stop_first(const Position &position, double stop) const;
    double stop_fill(const Position &position, double level, bool stop_out) const;
    void fill_each(const Bar &range, Judged judged);
    void book(Deal deal);
    void close(ulong ticket, double price, double volume, ENUM_DEAL_REASON reason,
               const std::string &cause, ulong order);
    uint check_deal(const MqlTradeRequest &request) const;
    uint check_volume(const MqlTradeRequest &request) const;
    uint check_levels(bool is_long, double sl, double tp) const;
    uint check_modification(const MqlTradeRequest &request) const;
    const Position *counterpart(const MqlTradeRequest &request) const;
    Order order_of(const MqlTradeRequest &request);
    void execute(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
                 const std::string &cause, Executed how = Executed::YES);
    void execute_deal(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
                      const std::string &cause, Executed how);
    double half_of(double volume) const;
    void fill(const MqlTradeRequest &request, double volume, MqlTradeResult &result,
              const std::string &cause);
    void open_position(const MqlTradeRequest &request, double volume, MqlTradeResult &result);
    void scripted(const Answer &answer, const MqlTradeRequest &request, MqlTradeResult &result,
                  const std::string &cause);
};

}  // namespace host
