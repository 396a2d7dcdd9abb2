//+------------------------------------------------------------------+
//| Strategy    Day trader
//| Hash        d954df1e324a57a207384f7252a9fbb9
//| genfx       0.1.0
//| Symbol      EURUSD
//| Timeframe   H1
//| Data clock  EET, as the broker's server
//| Data        2017-01-02 00:00 .. 2017-12-29 21:00
//| Data hash   0123456789abcdef0123456789abcdef
//| Deposit     10000.00 USD, leverage 1:100
//| Replay      not verified
//| OnTester    the fitness, 0..100: weighted mean of criteria between two bounds,
//|             net_profit from 0 to 10000, weight 1
//|             profit_factor from 1 to 3, weight 1
//|             max_drawdown from 50 to 0, weight 1
//|             stability from 0 to 1, weight 1
//|             sharpe from 0 to 3, weight 1
//|             (sharpe is MetaTrader's, over trades; genfx takes it over bars)
//|
//|                   in-sample        gate     holdout
//| from             2017-01-02  2017-08-01  2017-10-16
//| to               2017-07-31  2017-10-15  2017-12-29
//| net profit          1520.40      310.00      -85.20
//| profit factor          1.42        1.21        0.94
//| trades                  118          40          37
//|
//| These figures were computed by genfx on historical bars, under its trading contract. Those in
//| sample were optimised, the gate span was selected on; only the holdout span was not seen
//| before. A strategy found among many looks better on its data than it is.
//| Past performance does not guarantee future results. Test on a demo account before you trade
//| real money.
//|
//| The strategy in the language of genfx:
//|    strategy "Day trader" {
//|        enter long when rising(close, 3)
//|        enter short when falling(close, 3)
//|        stop loss 2 * atr(20)
//|        size 0.1 lots
//|        session 08:00 to 20:00 close
//|        weekdays mon tue wed thu fri
//|        friday close 21:00
//|        max trades per day 3
//|    }
//+------------------------------------------------------------------+
#property copyright   "Emitted by genfx"
#property version     "1.00"
#property description "Day trader"
#property description "Strategy d954df1e324a57a207384f7252a9fbb9, genfx 0.1.0"
#property description "Past performance does not guarantee future results."

#include <Trade/Trade.mqh>

#define SECONDS_PER_HOUR 3600
#define SECONDS_PER_DAY  86400
#define MAX_ATTEMPTS     3               // requests in a row at one tick, after a requote or the like
#define MAX_REQUESTS     20              // failed requests within one bar, then only a close goes on
#define ENTRY_SECONDS    60              // no entry later than this after the first tick of a bar
#define OPENING_TICKS    50              // more ticks of a bar before its first one here: its open was missed
#define SETTLE_SECONDS   5               // so long indicators may need to see a new bar
#define RETRY_SECONDS    15              // wait after a refused or uncertain request
#define SLOW_SECONDS     300             // the same after half of the failed requests of a bar
#define CLOSE_PREFIX     "genfx close "  // terminal's variables: positions whose close was refused
#define CHART_PREFIX     "genfx chart "  // terminal's variables: charts that trade, their magic numbers
#define PAUSE_MS         250             // wait between two attempts, milliseconds
#define MARKED_DAYS      30              // deals of so many days get arrows when it is started
#define LABEL_LENGTH     63              // characters of a line of the panel
#define ANY_DEVIATION    100000          // points: no limit to the slippage
#define SLACK            0.000001        // of a tick, a volume step or a cent, against rounding noise
#define FARTHEST_POINTS  1000000000000.0 // a farther stop loss or take profit is a fault
#define PRICE_TOLERANCE  (0.0001 * _Point) // prices and distances nearer than this are equal
#define NUMBER_TOLERANCE 0.000000001     // so are other numbers, relative to the larger one

input group "Money"
input double Lots = 0.1; // Volume of a trade, lots
input group "Trading"
input long MagicNumber = 46318014; // Marks the trades of this EA
input int ServerShift = 0; // Hours to add to server time to get the clock of the data
input string TradeComment = "Day trader"; // Comment of the trades
input int MaxSlippage = 0; // Largest slippage of an entry, points (0: any)
input group "Chart"
input bool ShowPanel = false; // Panel with the state of the EA in the chart
input bool ShowArrows = true; // Arrows at entries and exits in the chart
input color LongColor = C'30,144,255'; // Colour of arrows of long entries
input color ShortColor = C'255,69,0'; // Colour of arrows of short entries
input color ExitColor = C'128,128,128'; // Colour of arrows of exits

//--- what the strategy wants at the open of a bar; distances in price units, 0 means none
struct Decision
  {
   bool              ready;             // warm-up is over
   bool              long_entry;
   bool              short_entry;
   bool              long_exit;
   bool              short_exit;
   bool              entry_filter;      // no filter forbids an entry
   bool              forced_exit;       // a session ends
   bool              friday_exit;       // the week ends
   double            stop_loss;
  };

//--- outcome of a trade request
enum Outcome
  {
   OUTCOME_DONE,     // accepted, or nothing left to do
   OUTCOME_LATER,    // a passing problem: again at the next tick
   OUTCOME_UNKNOWN,  // may be executed later, or was already: never sent again blindly
   OUTCOME_REFUSED   // will not succeed in this bar
  };

CTrade   ExtTrade;
bool     ExtVisible;     // someone may see the chart
datetime ExtShown;       // when the chart was brought up to date
datetime ExtMarked;      // deals up to this time have their arrows
string   ExtNote;        // why the last entry was left out
bool     ExtPrepared;    // symbol, account and indicators are known
string   ExtWaitingFor;  // what is missing, "" when nothing is
bool     ExtTester;      // running in the strategy tester
bool     ExtHedging;     // the account may hold several positions on a symbol
double   ExtTickSize;    // smallest price step of the symbol
//--- progress within the current bar only: after a restart the bar of the restart is left alone
datetime ExtBarSeen;     // bar whose first tick was seen
datetime ExtBarDone;     // bar that needs no more decision
datetime ExtFirstTick;   // time of the first tick of that bar
bool     ExtDecided;     // the strategy was evaluated within that bar
bool     ExtOpenMissed;  // earlier ticks of that bar were not seen
int      ExtFailures;    // failed requests within that bar
datetime ExtNotBefore;   // a refused request is not tried again before this time
int      ExtClosedSide;  // position type that a rule closed within that bar, -1 for none
//--- a close that was decided goes on in later bars, and after a restart, see CLOSE_PREFIX
ulong    ExtClosing;     // position that is to be closed, 0 for none
string   ExtClosingFor;  // why
datetime ExtClosingTold; // bar in which the journal was told
int      ExtAtr1 = INVALID_HANDLE; // atr(20)

//+------------------------------------------------------------------+
//| Check the inputs and prepare; what is missing yet is waited for  |
//+------------------------------------------------------------------+
int OnInit(void)
  {
   ExtTester = (bool)MQLInfoInteger(MQL_TESTER);
   ExtVisible = !ExtTester || (bool)MQLInfoInteger(MQL_VISUAL_MODE);
   ExtShown = 0;
   const long marked = (long)TimeCurrent() - MARKED_DAYS * SECONDS_PER_DAY;
   ExtMarked = marked > 0 ? (datetime)marked : (datetime)0;
   ExtNote = "";
   ExtPrepared = false;
   ExtWaitingFor = "";
   ExtBarSeen = 0;
   ExtBarDone = 0;
   ExtFirstTick = 0;
   ExtDecided = false;
   ExtOpenMissed = false;
   ExtFailures = 0;
   ExtNotBefore = 0;
   ExtClosedSide = -1;
   ExtClosing = 0;
   ExtClosingFor = "";
   ExtClosingTold = 0;
   if(!InputsValid())
      return(INIT_PARAMETERS_INCORRECT);
   if(!ExtTester && !OnlyChart())
      return(INIT_FAILED);
   if(Prepare() == OUTCOME_REFUSED)
      return(INIT_FAILED);
//--- the bar it was attached in is left alone, the tester starts with its first bar
   if(!ExtTester)
     {
      ExtBarSeen = iTime(_Symbol, _Period, 0);
      ExtBarDone = ExtBarSeen;
     }
   return(INIT_SUCCEEDED);
  }
//+------------------------------------------------------------------+
//| Release the indicators, delete what stands in the chart          |
//+------------------------------------------------------------------+
void OnDeinit(const int reason)
  {
   PrintFormat("stopped, reason code %d", reason);
   ReleaseHandles();
   if(!ExtTester)
      GlobalVariableDel(ChartMark(ChartID()));
   if(ExtVisible)
      ObjectsDeleteAll(0, ObjectPrefix());
  }
//+------------------------------------------------------------------+
//| Read symbol and account, create the indicators; at the start of  |
//| a terminal they may be missing, then again with the next tick    |
//+------------------------------------------------------------------+
Outcome Prepare(void)
  {
   const string missing = MissingFact();
   if(missing != "")
      return(WaitFor(missing));
   const long mode = AccountInfoInteger(ACCOUNT_MARGIN_MODE);
   ExtHedging = (ENUM_ACCOUNT_MARGIN_MODE)mode == ACCOUNT_MARGIN_MODE_RETAIL_HEDGING;
   ExtTickSize = SymbolInfoDouble(_Symbol, SYMBOL_TRADE_TICK_SIZE);
   if(!SymbolValid() || !AccountValid())
      return(OUTCOME_REFUSED);
   if(!CreateHandles())
     {
      ReleaseHandles();
      return(WaitFor("indicators"));
     }
   ExtTrade.SetExpertMagicNumber((ulong)MagicNumber);
   ExtTrade.SetMarginMode();
   ExtTrade.SetDeviationInPoints(EntryDeviation());
   ExtTrade.SetAsyncMode(false);
   ExtTrade.LogLevel(LOG_LEVEL_ERRORS);
   if(!ExtTrade.SetTypeFillingBySymbol(_Symbol))
      ExtTrade.SetTypeFilling(ORDER_FILLING_RETURN);
   ForgetMarks(CLOSE_PREFIX);
   TellVolume();
   ExtPrepared = true;
   TellWait(Bars(_Symbol, _Period) <= WarmupBars() ? WantedHistory() : "");
   return(OUTCOME_DONE);
  }
//+------------------------------------------------------------------+
//| Whether symbol, account and indicators are known by now          |
//+------------------------------------------------------------------+
bool Prepared(void)
  {
   if(ExtPrepared)
      return(true);
   const Outcome outcome = Prepare();
   if(outcome == OUTCOME_REFUSED)
      ExpertRemove();
   return(outcome == OUTCOME_DONE);
  }
//+------------------------------------------------------------------+
//| Wait for a fact; the tester has all from its start               |
//+------------------------------------------------------------------+
Outcome WaitFor(const string missing)
  {
   if(ExtTester)
     {
      PrintFormat("%s: %s missing", _Symbol, missing);
      return(OUTCOME_REFUSED);
     }
   TellWait(missing);
   return(OUTCOME_LATER);
  }
//+------------------------------------------------------------------+
//| Say once what is waited for, "" for nothing, and when that ends  |
//+------------------------------------------------------------------+
void TellWait(const string missing)
  {
   if(missing == ExtWaitingFor)
      return;
   if(missing != "")
      PrintFormat("%s: waiting for %s", _Symbol, missing);
   else
      PrintFormat("%s: %s no longer missing", _Symbol, ExtWaitingFor);
   ExtWaitingFor = missing;
  }
//+------------------------------------------------------------------+
//| The history that entries wait for                                |
//+------------------------------------------------------------------+
string WantedHistory(void)
  {
   return(StringFormat("%d bars of history", WarmupBars() + 1));
  }
//+------------------------------------------------------------------+
//| Trade, then show what there is to see                            |
//+------------------------------------------------------------------+
void OnTick(void)
  {
   TradeTick();
   ShowChart();
  }
//+------------------------------------------------------------------+
//| Decide once per bar, at its first tick for which data is ready   |
//+------------------------------------------------------------------+
void TradeTick(void)
  {
   const datetime bar_time = iTime(_Symbol, _Period, 0);
   if(bar_time == 0 || bar_time == ExtBarDone)
      return;
   if(bar_time != ExtBarSeen)
      BeginBar(bar_time);
   if(bar_time == ExtBarDone || TimeCurrent() < ExtNotBefore || !Prepared() || !IndicatorsCurrent())
      return;
   Decision decision;
   MqlTick tick;
   if(!ReadDecision(bar_time, decision) || !ReadTick(tick))
     {
      if(TimeCurrent() - ExtFirstTick > SETTLE_SECONDS)
         TellWait("prices and values of indicators");
      return;
     }
   TellWait(decision.ready ? "" : WantedHistory());
   if(!ExtDecided)
      ExtOpenMissed = OpenMissed(bar_time);
   ExtDecided = true;
   const Outcome outcome = TradeBar(bar_time, tick, decision);
   const bool given_up = ExtFailures >= MAX_REQUESTS && ExtClosing == 0;
   if(outcome == OUTCOME_LATER && given_up)
      PrintFormat("%s: %d requests failed, nothing more is tried in this bar", _Symbol, ExtFailures);
   if(outcome != OUTCOME_LATER || given_up)
      ExtBarDone = bar_time;
  }
//+------------------------------------------------------------------+
//| Whether the indicators know the bar that is being opened; they   |
//| run beside this expert, and are waited for a few seconds         |
//+------------------------------------------------------------------+
bool IndicatorsCurrent(void)
  {
   if(ExtTester || TimeCurrent() - ExtFirstTick > SETTLE_SECONDS)
      return(true);
   if(BarsCalculated(ExtAtr1) < Bars(_Symbol, _Period))
      return(false);
   return(true);
  }
//+------------------------------------------------------------------+
//| Begin a bar at the first tick that is seen of it; one that the   |
//| expert was attached in is left alone                             |
//+------------------------------------------------------------------+
void BeginBar(const datetime bar_time)
  {
   if(ExtBarDone != ExtBarSeen)
      PrintFormat("%s: the bar before passed, its data was not ready or requests failed", _Symbol);
   if(ExtBarSeen == 0 && !ExtTester)
      ExtBarDone = bar_time;
   ExtBarSeen = bar_time;
   ExtFirstTick = TimeCurrent();
   ExtDecided = false;
   ExtOpenMissed = false;
   ExtFailures = 0;
   ExtNotBefore = 0;
   ExtClosedSide = -1;
  }
//+------------------------------------------------------------------+
//| Whether the bar is well under way: the connection was lost, or   |
//| the terminal stood still. Few ticks mean a market that opened    |
//| within the bar, as many do after a pause                         |
//+------------------------------------------------------------------+
bool OpenMissed(const datetime bar_time)
  {
   if(ExtTester || ExtFirstTick - bar_time <= ENTRY_SECONDS)
      return(false);
   return(iVolume(_Symbol, _Period, 0) > OPENING_TICKS);
  }
//+------------------------------------------------------------------+
//| Refuse a value of an input and say why                           |
//+------------------------------------------------------------------+
bool Refuse(const string name, const string allowed)
  {
   PrintFormat("input %s: %s", name, allowed);
   return(false);
  }
//+------------------------------------------------------------------+
//| Check every input                                                |
//+------------------------------------------------------------------+
bool InputsValid(void)
  {
   if(!MathIsValidNumber(Lots) || Lots < 1e-08 || Lots > 1000000.0)
      return(Refuse("Lots", "allowed is a number from 1e-08 to 1e+06"));
   if(MagicNumber <= 0)
      return(Refuse("MagicNumber", "wants a number above 0"));
   if(ServerShift < -23 || ServerShift > 23)
      return(Refuse("ServerShift", "allowed are -23 to 23 hours"));
   if(MaxSlippage < 0)
      return(Refuse("MaxSlippage", "wants 0 or more points"));
   if(StringLen(TradeComment) > 31)
      return(Refuse("TradeComment", "allowed are at most 31 characters"));
   if(PeriodSeconds(_Period) != 3600)
      return(Refuse("timeframe of the chart", "wants a chart of period H1"));
   return(true);
  }
//+------------------------------------------------------------------+
//| What of symbol and account is not known yet, "" when all is      |
//+------------------------------------------------------------------+
string MissingFact(void)
  {
   if(!(_Point > 0.0) || !(SymbolInfoDouble(_Symbol, SYMBOL_TRADE_TICK_SIZE) > 0.0))
      return("point and tick size");
   if(!(SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MIN) > 0.0) || !(SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_STEP) > 0.0))
      return("smallest volume and volume step");
   if(!ExtTester && AccountInfoInteger(ACCOUNT_LOGIN) == 0)
      return("the account");
   return("");
  }
//+------------------------------------------------------------------+
//| Check that the symbol can be traded by the rules of this expert  |
//+------------------------------------------------------------------+
bool SymbolValid(void)
  {
   if((ENUM_SYMBOL_CHART_MODE)SymbolInfoInteger(_Symbol, SYMBOL_CHART_MODE) != SYMBOL_CHART_MODE_BID)
     {
      PrintFormat("%s: bars of last prices, this expert was evaluated on bid prices", _Symbol);
      return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Who does not allow this expert to trade, "" when all do          |
//+------------------------------------------------------------------+
string SwitchedOff(void)
  {
   if(TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) == 0)
      return("algorithmic trading is switched off in the terminal");
   if(MQLInfoInteger(MQL_TRADE_ALLOWED) == 0)
      return("algorithmic trading is switched off for this expert");
   if(AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) == 0)
      return("the account may not trade, as with an investor's password");
   if(AccountInfoInteger(ACCOUNT_TRADE_EXPERT) == 0)
      return("the broker forbids trading by experts");
   if((ENUM_SYMBOL_TRADE_MODE)SymbolInfoInteger(_Symbol, SYMBOL_TRADE_MODE) != SYMBOL_TRADE_MODE_FULL)
      return("the broker restricts trading of the symbol");
   return("");
  }
//+------------------------------------------------------------------+
//| Refuse to start beside a position of others where only one fits  |
//+------------------------------------------------------------------+
bool AccountValid(void)
  {
   const string off = ExtTester ? "" : SwitchedOff();
   if(off != "")
      PrintFormat("%s: %s, no order will be executed until it is allowed", _Symbol, off);
   if(OwnPositions() > 1)
      PrintFormat("%d positions have magic %I64d, only the newest is managed", OwnPositions(), MagicNumber);
   if(!ExtHedging && ForeignPosition())
     {
      PrintFormat("%s has a position that is not of magic %I64d; a netting account holds only one", _Symbol,
         MagicNumber);
      return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Create all indicators                                            |
//+------------------------------------------------------------------+
bool CreateHandles(void)
  {
   ExtAtr1 = iATR(_Symbol, _Period, 20);
   if(ExtAtr1 == INVALID_HANDLE)
      return(HandleMissing("atr(20)"));
   return(true);
  }
//+------------------------------------------------------------------+
//| Report an indicator that could not be created                    |
//+------------------------------------------------------------------+
bool HandleMissing(const string indicator)
  {
   if(ExtWaitingFor != "indicators")
      PrintFormat("%s: %s could not be created, error %d", _Symbol, indicator, GetLastError());
   return(false);
  }
//+------------------------------------------------------------------+
//| Release one indicator                                            |
//+------------------------------------------------------------------+
void ReleaseHandle(int &handle)
  {
   if(handle != INVALID_HANDLE)
      IndicatorRelease(handle);
   handle = INVALID_HANDLE;
  }
//+------------------------------------------------------------------+
//| Release all indicators                                           |
//+------------------------------------------------------------------+
void ReleaseHandles(void)
  {
   ReleaseHandle(ExtAtr1);
  }
//+------------------------------------------------------------------+
//| Bars before the first entry: the longest warm-up                 |
//+------------------------------------------------------------------+
int WarmupBars(void)
  {
   int bars = 0;
   bars = MathMax(bars, 21);
   return(bars);
  }
//+------------------------------------------------------------------+
//| Copy values of an indicator, the newest first                    |
//+------------------------------------------------------------------+
bool ReadBuffer(const int handle, const int buffer, const int shift, const int count, double &values[])
  {
   ArraySetAsSeries(values, true);
   if(CopyBuffer(handle, buffer, shift, count, values) != count)
      return(false);
   for(int i = 0; i < count; i++)
     {
      if(!MathIsValidNumber(values[i]) || values[i] == EMPTY_VALUE)
         return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Evaluate the strategy at the open of the bar; false: no data yet |
//+------------------------------------------------------------------+
bool ReadDecision(const datetime bar_time, Decision &decision)
  {
   ZeroMemory(decision);
   decision.entry_filter = true;
   if(!ExtTester && SeriesInfoInteger(_Symbol, _Period, SERIES_SYNCHRONIZED) == 0)
      return(false);
   const int bars = Bars(_Symbol, _Period);
   if(bars < 1)
      return(false);
   MqlRates rates[];
   if(!ReadRates(MathMin(bars, 5), rates))
      return(false);
//--- what a position needs is read as soon as there is history for it
   if(bars <= 1)
      return(iTime(_Symbol, _Period, 0) == bar_time);
   const bool session_end_1 = SessionEnds(StrategyTime(rates[0].time), ClosingSince(StrategyTime(rates[MathMin(1,
      ArraySize(rates) - 1)].time)), PeriodSeconds(_Period), 480, 1200);
   const bool week_end_1 = WeekCloses(StrategyTime(rates[0].time), PeriodSeconds(_Period), 1260) ||
      ZoneBegan(StrategyTime(rates[0].time), ClosingSince(StrategyTime(rates[MathMin(1, ArraySize(rates) - 1)].time)),
      PeriodSeconds(_Period), 7, 86400 + 1260 * 60);
   decision.forced_exit = session_end_1;
   decision.friday_exit = week_end_1;
//--- entries wait for the longest warm-up
   if(bars <= WarmupBars())
      return(iTime(_Symbol, _Period, 0) == bar_time);
   double close_1[4];
   for(int i = 0; i < 4; i++)
      close_1[i] = rates[i + 1].close;
   const bool rising_1 = Rising(close_1, 0, 3, PRICE_TOLERANCE, 0.0);
   const bool falling_1 = Falling(close_1, 0, 3, PRICE_TOLERANCE, 0.0);
   const bool session_1 = InSession(StrategyTime(rates[0].time), 480, 1200);
   const bool closing_1 = SessionCloses(StrategyTime(rates[0].time), PeriodSeconds(_Period), 480, 1200);
   const bool not_1 = !(closing_1);
   const bool and_1 = session_1 && not_1;
   const double weekday_1 = (double)(((long)StrategyTime(rates[0].time) / 86400 + 4) % 7);
   const bool ge_1 = !Greater(1.0, weekday_1, 0.0, 0.0);
   const bool le_1 = !Greater(weekday_1, 5.0, 0.0, 0.0);
   const bool and_2 = ge_1 && le_1;
   const bool and_3 = and_1 && and_2;
   const bool week_closing_1 = WeekCloses(StrategyTime(rates[0].time), PeriodSeconds(_Period), 1260);
   const bool not_2 = !(week_closing_1);
   const bool and_4 = and_3 && not_2;
   double atr_1_buffer[];
   if(!ReadBuffer(ExtAtr1, 0, 1, 1, atr_1_buffer))
      return(false);
   const double atr_1 = atr_1_buffer[0];
   const double mul_1 = 2.0 * atr_1;
   decision.long_entry = rising_1;
   decision.short_entry = falling_1;
   decision.entry_filter = and_4;
   decision.stop_loss = mul_1;
   decision.ready = true;
//--- a bar that opened while the values were read makes them those of another bar
   return(iTime(_Symbol, _Period, 0) == bar_time);
  }
//+------------------------------------------------------------------+
//| Read the current quote                                           |
//+------------------------------------------------------------------+
bool ReadTick(MqlTick &tick)
  {
   return(SymbolInfoTick(_Symbol, tick) && tick.bid > 0.0 && tick.ask > 0.0);
  }
//+------------------------------------------------------------------+
//| Trade the bar: exits, then the stop loss, then entries           |
//+------------------------------------------------------------------+
Outcome TradeBar(const datetime bar_time, const MqlTick &tick, const Decision &decision)
  {
   const bool wanted = decision.ready && decision.long_entry != decision.short_entry;
   string forbidden = "";
   if(wanted && !decision.entry_filter)
      forbidden = "a filter";
   else if(wanted && EntriesToday(bar_time) >= 3)
      forbidden = "trades per day";
   const bool enter_long = wanted && forbidden == "" && decision.long_entry;
   const bool enter_short = wanted && forbidden == "" && decision.short_entry;
   const bool in_position = SelectPosition();
//--- told when the reason changes; in the tester the lines would be too many
   if(forbidden != "" && forbidden != ExtNote && !in_position && !ExtTester)
      NoEntry(forbidden);
   else if(forbidden != "")
      ExtNote = forbidden;
   if(!in_position || (ulong)PositionGetInteger(POSITION_TICKET) != ExtClosing)
      ExtClosing = 0;
   if(in_position)
     {
      //--- an entry of this bar, confirmed late: its exits begin with the next bar
      if((datetime)PositionGetInteger(POSITION_TIME) >= bar_time)
         return(OUTCOME_DONE);
      const bool is_long = (ENUM_POSITION_TYPE)PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
      string reason = "";
      if(decision.forced_exit)
         reason = "session";
      else if(decision.friday_exit)
         reason = "friday";
      //--- decided before, and refused until now
      if(reason == "" && ExtClosing != 0)
         reason = ExtClosingFor;
      if(reason == "" && GlobalVariableCheck(PositionMark(CLOSE_PREFIX)))
         reason = "refused_before";
      if(reason == "")
         return(OUTCOME_DONE);
      //--- kept before the request: its answer may come late, and this side may not enter again now
      ExtClosedSide = is_long ? (int)POSITION_TYPE_BUY : (int)POSITION_TYPE_SELL;
      const Outcome closed = ClosePosition(reason);
      if(closed != OUTCOME_DONE)
         return(closed);
      ExtClosing = 0;
     }
   else
     {
      ForgetMarks(CLOSE_PREFIX);
     }
//--- a late first decision, or a repeated one, may still close but opens nothing
   if(ExtOpenMissed || TimeCurrent() - ExtFirstTick > ENTRY_SECONDS)
     {
      const string why = ExtOpenMissed ? "first ticks of the bar were missed" : "first tick of the bar is long ago";
      if(enter_long || enter_short)
         NoEntry(why);
      return(OUTCOME_DONE);
     }
   if(enter_long && ExtClosedSide != (int)POSITION_TYPE_BUY)
      return(OpenPosition(ORDER_TYPE_BUY, decision));
   if(enter_short && ExtClosedSide != (int)POSITION_TYPE_SELL)
      return(OpenPosition(ORDER_TYPE_SELL, decision));
   return(OUTCOME_DONE);
  }
//+------------------------------------------------------------------+
//| Close the selected position                                      |
//+------------------------------------------------------------------+
Outcome ClosePosition(const string reason)
  {
   const ulong ticket = (ulong)PositionGetInteger(POSITION_TICKET);
   const string mark = PositionMark(CLOSE_PREFIX);
   ExtClosing = ticket;
   ExtClosingFor = reason;
   if(ExtClosingTold != ExtBarSeen)
      PrintFormat("closing position %I64u: %s", ticket, reason);
   ExtClosingTold = ExtBarSeen;
   for(int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
     {
      //--- a close that is still under way: a second one could open a position
      if(OrderInFlight())
         return(OUTCOME_LATER);
      if(!PositionSelectByTicket(ticket))
         return(OUTCOME_DONE);
      const bool sent = ExtTrade.PositionClose(ticket, (ulong)ANY_DEVIATION);
      const Outcome outcome = RequestOutcome(sent, "close");
      //--- gone, whatever the answer says; what is left of a partial fill is closed with the next tick
      if(!PositionSelectByTicket(ticket))
        {
         GlobalVariableDel(mark);
         return(OUTCOME_DONE);
        }
      GlobalVariableSet(mark, 1.0);
      if(outcome == OUTCOME_DONE)
         return(OUTCOME_LATER);
      //--- a position that must go is tried again: the market may open later than the bar
      if(outcome != OUTCOME_LATER || ExtFailures >= MAX_REQUESTS)
         return(LaterInBar());
      Pause(attempt);
     }
   return(OUTCOME_LATER);
  }
//+------------------------------------------------------------------+
//| Begin of the names of the terminal's variables about positions   |
//| of this account; they outlive a restart                          |
//+------------------------------------------------------------------+
string AccountMarks(const string prefix)
  {
   return(prefix + IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN)) + " ");
  }
//+------------------------------------------------------------------+
//| Name of the terminal's variable about the selected position      |
//+------------------------------------------------------------------+
string PositionMark(const string prefix)
  {
   return(AccountMarks(prefix) + IntegerToString(PositionGetInteger(POSITION_IDENTIFIER)));
  }
//+------------------------------------------------------------------+
//| Whether a position is open                                       |
//+------------------------------------------------------------------+
bool IsOpen(const long position)
  {
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      if(PositionGetTicket(i) != 0 && PositionGetInteger(POSITION_IDENTIFIER) == position)
         return(true);
     }
   return(false);
  }
//+------------------------------------------------------------------+
//| Delete the variables of positions that were closed               |
//+------------------------------------------------------------------+
void ForgetMarks(const string prefix)
  {
   const string marks = AccountMarks(prefix);
   for(int i = GlobalVariablesTotal() - 1; i >= 0; i--)
     {
      const string name = GlobalVariableName(i);
      if(StringFind(name, marks) != 0)
         continue;
      const long position = StringToInteger(StringSubstr(name, StringLen(marks)));
      if(HistorySelectByPosition(position) && HistoryDealsTotal() > 0 && !IsOpen(position))
         GlobalVariableDel(name);
     }
  }
//+------------------------------------------------------------------+
//| Smallest distance of a level from the quote, in price units      |
//+------------------------------------------------------------------+
double LevelGap(void)
  {
   const double stops_level = (double)SymbolInfoInteger(_Symbol, SYMBOL_TRADE_STOPS_LEVEL) * _Point;
   return(MathMax(stops_level, ExtTickSize));
  }
//+------------------------------------------------------------------+
//| Whether a distance can carry a level                             |
//+------------------------------------------------------------------+
bool UsableDistance(const double distance)
  {
   return(distance > PRICE_TOLERANCE && distance <= FARTHEST_POINTS * _Point);
  }
//+------------------------------------------------------------------+
//| Level below the quote: a buy's stop loss, a sell's take profit   |
//+------------------------------------------------------------------+
double LevelBelow(const double ticks, const double from)
  {
   return(MathMin(ticks, FloorTicks(from - LevelGap())));
  }
//+------------------------------------------------------------------+
//| Level above the quote: a buy's take profit, a sell's stop loss   |
//+------------------------------------------------------------------+
double LevelAbove(const double ticks, const double from)
  {
   return(MathMax(ticks, CeilTicks(from + LevelGap())));
  }
//+------------------------------------------------------------------+
//| Stop loss and take profit of an entry; false: no trade           |
//+------------------------------------------------------------------+
bool EntryLevels(const bool is_long, const MqlTick &tick, const Decision &decision, double &stop_loss,
   double &take_profit)
  {
   stop_loss = 0.0;
   take_profit = 0.0;
   if(!UsableDistance(decision.stop_loss))
      return(false);
   if(is_long)
      stop_loss = TicksToPrice(LevelBelow(FloorTicks(tick.ask - decision.stop_loss), tick.bid));
   else
      stop_loss = TicksToPrice(LevelAbove(CeilTicks(tick.bid + decision.stop_loss), tick.ask));
   if(!(stop_loss > 0.0))
      return(false);
   return(true);
  }
//+------------------------------------------------------------------+
//| Volume of an entry, 0 for no trade                               |
//+------------------------------------------------------------------+
double EntryVolume(const double quote, const double stop_loss)
  {
   const double smallest = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MIN);
   const double largest = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MAX);
   const double step = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_STEP);
   double volume = WantedVolume(quote, stop_loss);
   if(!(step > 0.0) || !(volume > 0.0))
      return(0.0);
   volume = MathFloor(volume / step + SLACK) * step;
   if(volume > largest)
      volume = largest;
   if(volume < smallest - 0.000000001)
     {
      NoEntry(StringFormat("volume %g is below the smallest, %g", volume, smallest));
      return(0.0);
     }
   return(NormalizeDouble(volume, 8));
  }
//+------------------------------------------------------------------+
//| Volume before it is rounded to what the symbol allows            |
//+------------------------------------------------------------------+
double WantedVolume(const double quote, const double stop_loss)
  {
   return(Lots);
  }
//+------------------------------------------------------------------+
//| Whether the free margin suffices for an order                    |
//+------------------------------------------------------------------+
bool MarginSuffices(const ENUM_ORDER_TYPE type, const double volume, const double quote)
  {
   double margin = 0.0;
   const double available = AccountInfoDouble(ACCOUNT_MARGIN_FREE);
   if(!OrderCalcMargin(type, _Symbol, volume, quote, margin))
     {
      NoEntry(StringFormat("the margin cannot be computed, error %d", GetLastError()));
      return(false);
     }
   if(margin > available + SLACK)
     {
      NoEntry(StringFormat("%g lots need a margin of %.2f, %.2f is free", volume, margin, available));
      return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Say whether fixed lots are what the symbol allows                |
//+------------------------------------------------------------------+
void TellVolume(void)
  {
   const double smallest = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MIN);
   const double step = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_STEP);
   const double wanted = Lots;
   const double volume = MathMin(MathFloor(wanted / step + SLACK) * step, SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MAX));
   if(volume < smallest - 0.000000001)
      PrintFormat("%s: %g lots are below the smallest volume, %g: there will be no entry", _Symbol, wanted, smallest);
   else if(MathAbs(volume - wanted) > 0.000000001)
      PrintFormat("%s: %g lots are traded as %g, the volume step is %g", _Symbol, wanted, volume, step);
  }
//+------------------------------------------------------------------+
//| Largest deviation of an entry from its quote, in points          |
//+------------------------------------------------------------------+
ulong EntryDeviation(void)
  {
   return((ulong)(MaxSlippage > 0 ? MaxSlippage : ANY_DEVIATION));
  }
//+------------------------------------------------------------------+
//| Keep and print why an entry was left out                         |
//+------------------------------------------------------------------+
void NoEntry(const string reason)
  {
   ExtNote = reason;
   PrintFormat("no entry: %s", reason);
  }
//+------------------------------------------------------------------+
//| Enter the market with stop loss and take profit                  |
//+------------------------------------------------------------------+
Outcome OpenPosition(const ENUM_ORDER_TYPE type, const Decision &decision)
  {
   const bool is_long = type == ORDER_TYPE_BUY;
   for(int attempt = 0; attempt < MAX_ATTEMPTS && ExtFailures < MAX_REQUESTS; attempt++)
     {
      if(SelectPosition() || OrderInFlight())
         return(OUTCOME_DONE);
      MqlTick tick;
      double stop_loss = 0.0;
      double take_profit = 0.0;
      if(!ReadTick(tick))
         return(OUTCOME_LATER);
      if(!ExtHedging && ForeignPosition())
        {
         NoEntry("the symbol has a position that is not of this magic number");
         return(OUTCOME_REFUSED);
        }
      if(!EntryLevels(is_long, tick, decision, stop_loss, take_profit))
        {
         NoEntry("no room or no distance for the stop loss or the take profit");
         return(OUTCOME_REFUSED);
        }
      const double quote = is_long ? tick.ask : tick.bid;
      const double volume = EntryVolume(quote, stop_loss);
      if(!(volume > 0.0) || !MarginSuffices(type, volume, quote))
         return(OUTCOME_REFUSED);
      const bool sent = ExtTrade.PositionOpen(_Symbol, type, volume, quote, stop_loss, take_profit, TradeComment);
      //--- an order whose fate is unknown is not sent again either, it could double the position
      const Outcome outcome = RequestOutcome(sent, "open");
      if(outcome != OUTCOME_LATER)
         return(outcome);
      Pause(attempt);
     }
   return(OUTCOME_LATER);
  }
//+------------------------------------------------------------------+
//| Judge the answer of the trade server to the last request         |
//+------------------------------------------------------------------+
Outcome RequestOutcome(const bool sent, const string what)
  {
   const uint code = ExtTrade.ResultRetcode();
   const Outcome outcome = AnswerClass(code);
   if(outcome == OUTCOME_DONE || code == TRADE_RETCODE_PLACED)
      return(outcome);
   ExtFailures++;
   PrintFormat("failed to %s, sent %d: %u %s", what, (int)sent, code, ExtTrade.ResultRetcodeDescription());
   return(outcome);
  }
//+------------------------------------------------------------------+
//| What an answer means for the request that it answers             |
//+------------------------------------------------------------------+
Outcome AnswerClass(const uint code)
  {
   switch(code)
     {
      //--- executed, or already as wanted
      case TRADE_RETCODE_DONE:
      case TRADE_RETCODE_DONE_PARTIAL:
      case TRADE_RETCODE_NO_CHANGES:
      case TRADE_RETCODE_POSITION_CLOSED:
         return(OUTCOME_DONE);
      //--- under way, or lost on the way
      case TRADE_RETCODE_PLACED:
      case TRADE_RETCODE_TIMEOUT:
      case TRADE_RETCODE_CLOSE_ORDER_EXIST:
         return(OUTCOME_UNKNOWN);
      //--- another price, or a server that is busy: once more with a fresh quote
      case TRADE_RETCODE_REQUOTE:
      case TRADE_RETCODE_PRICE_CHANGED:
      case TRADE_RETCODE_PRICE_OFF:
      case TRADE_RETCODE_CONNECTION:
      case TRADE_RETCODE_TOO_MANY_REQUESTS:
      case TRADE_RETCODE_LOCKED:
         return(OUTCOME_LATER);
     }
//--- no money, market closed, trading disabled, invalid volume, price or stops, all others
   return(OUTCOME_REFUSED);
  }
//+------------------------------------------------------------------+
//| Wait before the next attempt                                     |
//+------------------------------------------------------------------+
void Pause(const int attempt)
  {
   if(!ExtTester)
      Sleep(PAUSE_MS * (attempt + 1));
  }
//+------------------------------------------------------------------+
//| Leave a request for a later tick of this bar                     |
//+------------------------------------------------------------------+
Outcome LaterInBar(void)
  {
   ExtNotBefore = TimeCurrent() + (2 * ExtFailures < MAX_REQUESTS ? RETRY_SECONDS : SLOW_SECONDS);
   return(OUTCOME_LATER);
  }
//+------------------------------------------------------------------+
//| Select the position of this symbol and magic number              |
//+------------------------------------------------------------------+
bool SelectPosition(void)
  {
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = PositionGetTicket(i);
      if(ticket == 0 || PositionGetString(POSITION_SYMBOL) != _Symbol)
         continue;
      if(PositionGetInteger(POSITION_MAGIC) == MagicNumber)
         return(true);
     }
   return(false);
  }
//+------------------------------------------------------------------+
//| Whether an order of this expert is still being executed          |
//+------------------------------------------------------------------+
bool OrderInFlight(void)
  {
   for(int i = OrdersTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = OrderGetTicket(i);
      if(ticket == 0 || OrderGetString(ORDER_SYMBOL) != _Symbol)
         continue;
      if(OrderGetInteger(ORDER_MAGIC) == MagicNumber)
         return(true);
     }
   return(false);
  }
//+------------------------------------------------------------------+
//| Whether someone else holds a position on this symbol             |
//+------------------------------------------------------------------+
bool ForeignPosition(void)
  {
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = PositionGetTicket(i);
      if(ticket == 0 || PositionGetString(POSITION_SYMBOL) != _Symbol)
         continue;
      if(PositionGetInteger(POSITION_MAGIC) != MagicNumber)
         return(true);
     }
   return(false);
  }
//+------------------------------------------------------------------+
//| How many positions on this symbol have this magic number         |
//+------------------------------------------------------------------+
int OwnPositions(void)
  {
   int positions = 0;
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = PositionGetTicket(i);
      if(ticket == 0 || PositionGetString(POSITION_SYMBOL) != _Symbol)
         continue;
      if(PositionGetInteger(POSITION_MAGIC) == MagicNumber)
         positions++;
     }
   return(positions);
  }
//+------------------------------------------------------------------+
//| Name of the terminal's variable that a chart of this magic has   |
//+------------------------------------------------------------------+
string ChartMark(const long chart)
  {
   return(CHART_PREFIX + IntegerToString(chart) + " " + IntegerToString(MagicNumber));
  }
//+------------------------------------------------------------------+
//| Refuse to start where another chart of the symbol trades with    |
//| this magic number: both would open, only one position is managed |
//+------------------------------------------------------------------+
bool OnlyChart(void)
  {
   const long own = ChartID();
   const double started = (double)GetTickCount64();
//--- gone when the terminal ends, however it ends
   GlobalVariableTemp(ChartMark(own));
   GlobalVariableSet(ChartMark(own), started);
   for(long chart = ChartFirst(); chart >= 0; chart = ChartNext(chart))
     {
      if(chart == own || ChartSymbol(chart) != _Symbol || !GlobalVariableCheck(ChartMark(chart)))
         continue;
      //--- where two start together, the earlier one stays
      const double other = GlobalVariableGet(ChartMark(chart));
      const string expert = ChartGetString(chart, CHART_EXPERT_NAME);
      if(expert == "" || other > started || (other == started && chart > own))
         continue;
      PrintFormat("%s on another chart has magic %I64d already, give this one another", expert, MagicNumber);
      return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Start of the day of a bar on the broker's clock                  |
//+------------------------------------------------------------------+
datetime DayStart(const datetime bar_time)
  {
   const long shifted = (long)StrategyTime(bar_time);
   return((datetime)(shifted - shifted % SECONDS_PER_DAY - (long)ServerShift * SECONDS_PER_HOUR));
  }
//+------------------------------------------------------------------+
//| Entries of this expert since the day began; an order that was    |
//| filled in parts is one                                           |
//+------------------------------------------------------------------+
int EntriesToday(const datetime bar_time)
  {
   int entries = 0;
   long counted = 0;
   if(!HistorySelect(DayStart(bar_time), TimeCurrent() + SECONDS_PER_DAY))
      return(INT_MAX);
   for(int i = HistoryDealsTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = HistoryDealGetTicket(i);
      if(HistoryDealGetString(ticket, DEAL_SYMBOL) != _Symbol ||
         HistoryDealGetInteger(ticket, DEAL_MAGIC) != MagicNumber)
         continue;
      if((ENUM_DEAL_ENTRY)HistoryDealGetInteger(ticket, DEAL_ENTRY) != DEAL_ENTRY_IN)
         continue;
      const long position = HistoryDealGetInteger(ticket, DEAL_POSITION_ID);
      if(entries == 0 || position != counted)
         entries++;
      counted = position;
     }
   return(entries);
  }
//+------------------------------------------------------------------+
//| What a deal of the selected history did to the balance           |
//+------------------------------------------------------------------+
double DealAmount(const ulong ticket)
  {
//--- a credit is lent, it is no part of the balance
   if((ENUM_DEAL_TYPE)HistoryDealGetInteger(ticket, DEAL_TYPE) == DEAL_TYPE_CREDIT)
      return(0.0);
   const double costs = HistoryDealGetDouble(ticket, DEAL_COMMISSION) + HistoryDealGetDouble(ticket, DEAL_FEE);
   return(HistoryDealGetDouble(ticket, DEAL_PROFIT) + HistoryDealGetDouble(ticket, DEAL_SWAP) + costs);
  }
//+------------------------------------------------------------------+
//| Whether a deal moves capital: a deposit, a withdrawal, a bonus   |
//+------------------------------------------------------------------+
bool MovesCapital(const ulong ticket)
  {
   const ENUM_DEAL_TYPE type = (ENUM_DEAL_TYPE)HistoryDealGetInteger(ticket, DEAL_TYPE);
   return(type == DEAL_TYPE_BALANCE || type == DEAL_TYPE_CREDIT || type == DEAL_TYPE_BONUS);
  }
//+------------------------------------------------------------------+
//| Beginning of the names of all objects of this expert             |
//+------------------------------------------------------------------+
string ObjectPrefix(void)
  {
   return("genfx " + IntegerToString(MagicNumber) + " ");
  }
//+------------------------------------------------------------------+
//| Show deals and state where someone may see the chart             |
//+------------------------------------------------------------------+
void ShowChart(void)
  {
   if(!ExtVisible || TimeCurrent() == ExtShown)
      return;
   ExtShown = TimeCurrent();
   bool changed = false;
   if(ShowArrows)
      changed = MarkDeals();
   if(ShowPanel)
      changed = UpdatePanel() || changed;
   if(changed)
      ChartRedraw(0);
  }
//+------------------------------------------------------------------+
//| Draw an arrow for each deal that has none yet                    |
//+------------------------------------------------------------------+
bool MarkDeals(void)
  {
   bool changed = false;
   if(!HistorySelect(ExtMarked, TimeCurrent() + SECONDS_PER_DAY))
      return(false);
   const int total = HistoryDealsTotal();
   for(int i = 0; i < total; i++)
     {
      const ulong ticket = HistoryDealGetTicket(i);
      if(HistoryDealGetString(ticket, DEAL_SYMBOL) != _Symbol ||
         HistoryDealGetInteger(ticket, DEAL_MAGIC) != MagicNumber)
         continue;
      ExtMarked = (datetime)HistoryDealGetInteger(ticket, DEAL_TIME);
      if(MarkDeal(ticket))
         changed = true;
     }
   return(changed);
  }
//+------------------------------------------------------------------+
//| Draw the arrow of a deal; false: it is there already             |
//+------------------------------------------------------------------+
bool MarkDeal(const ulong ticket)
  {
   const string name = ObjectPrefix() + "deal " + IntegerToString((long)ticket);
   const bool is_buy = (ENUM_DEAL_TYPE)HistoryDealGetInteger(ticket, DEAL_TYPE) == DEAL_TYPE_BUY;
   const bool is_entry = (ENUM_DEAL_ENTRY)HistoryDealGetInteger(ticket, DEAL_ENTRY) == DEAL_ENTRY_IN;
   const ENUM_OBJECT arrow = is_buy ? OBJ_ARROW_BUY : OBJ_ARROW_SELL;
   const color side = is_buy ? LongColor : ShortColor;
   const datetime time = (datetime)HistoryDealGetInteger(ticket, DEAL_TIME);
   if(ObjectFind(0, name) >= 0 || !ObjectCreate(0, name, arrow, 0, time, HistoryDealGetDouble(ticket, DEAL_PRICE)))
      return(false);
   ObjectSetInteger(0, name, OBJPROP_COLOR, (long)(is_entry ? side : ExitColor));
   ObjectSetInteger(0, name, OBJPROP_SELECTABLE, 0);
   return(true);
  }
//+------------------------------------------------------------------+
//| Write the panel; true: a line has changed                        |
//+------------------------------------------------------------------+
bool UpdatePanel(void)
  {
   bool changed = PanelLine(0, "Day trader, magic " + IntegerToString(MagicNumber));
   changed = PanelLine(1, StateText()) || changed;
   changed = PanelLine(2, PositionText()) || changed;
   changed = PanelLine(3, TodayText()) || changed;
   changed = PanelLine(4, "last entry left out: " + (ExtNote == "" ? "none" : ExtNote)) || changed;
   changed = PanelLine(5, "next decision: " + TimeToString(ExtBarSeen + PeriodSeconds(_Period))) || changed;
   changed = PanelLine(6, LimitsText()) || changed;
   return(changed);
  }
//+------------------------------------------------------------------+
//| Write a line of the panel; false: it says that already           |
//+------------------------------------------------------------------+
bool PanelLine(const int row, const string full)
  {
//--- a label shows no more, and where it has no text the word Label
   const string text = full == "" ? " " : StringSubstr(full, 0, LABEL_LENGTH);
   const string name = ObjectPrefix() + "line " + IntegerToString(row);
   if(ObjectFind(0, name) < 0)
     {
      if(!ObjectCreate(0, name, OBJ_LABEL, 0, 0, 0.0))
         return(false);
      ObjectSetInteger(0, name, OBJPROP_CORNER, (long)CORNER_LEFT_UPPER);
      ObjectSetInteger(0, name, OBJPROP_XDISTANCE, 10);
      ObjectSetInteger(0, name, OBJPROP_YDISTANCE, 20 + 16 * row);
      ObjectSetInteger(0, name, OBJPROP_FONTSIZE, 9);
      ObjectSetInteger(0, name, OBJPROP_COLOR, ChartGetInteger(0, CHART_COLOR_FOREGROUND));
      ObjectSetInteger(0, name, OBJPROP_SELECTABLE, 0);
     }
   else if(ObjectGetString(0, name, OBJPROP_TEXT) == text)
      return(false);
   return(ObjectSetString(0, name, OBJPROP_TEXT, text));
  }
//+------------------------------------------------------------------+
//| Waiting, long, short or flat                                     |
//+------------------------------------------------------------------+
string StateText(void)
  {
   if(!ExtPrepared)
      return("waiting for " + ExtWaitingFor);
   if(SelectPosition())
     {
      const bool is_long = (ENUM_POSITION_TYPE)PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
      return((is_long ? "long" : "short") + (ExtClosing != 0 ? ", is to be closed: " + ExtClosingFor : ""));
     }
   return(ExtWaitingFor == "" ? "flat" : "waiting for " + ExtWaitingFor);
  }
//+------------------------------------------------------------------+
//| The position with its levels                                     |
//+------------------------------------------------------------------+
string PositionText(void)
  {
   if(!SelectPosition())
      return("no position");
   const string lots = DoubleToString(PositionGetDouble(POSITION_VOLUME), 2);
   const string price = DoubleToString(PositionGetDouble(POSITION_PRICE_OPEN), _Digits);
   return(lots + " lots at " + price + ", SL " + LevelText(PositionGetDouble(POSITION_SL)) + ", TP " +
      LevelText(PositionGetDouble(POSITION_TP)));
  }
//+------------------------------------------------------------------+
//| A level, or that there is none                                   |
//+------------------------------------------------------------------+
string LevelText(const double level)
  {
   return(level > 0.0 ? DoubleToString(level, _Digits) : "none");
  }
//+------------------------------------------------------------------+
//| Trades and result of the day                                     |
//+------------------------------------------------------------------+
string TodayText(void)
  {
   int trades = 0;
   double result = 0.0;
   if(ExtBarSeen == 0 || !HistorySelect(DayStart(ExtBarSeen), TimeCurrent() + SECONDS_PER_DAY))
      return("");
   for(int i = HistoryDealsTotal() - 1; i >= 0; i--)
     {
      const ulong ticket = HistoryDealGetTicket(i);
      if(HistoryDealGetString(ticket, DEAL_SYMBOL) != _Symbol ||
         HistoryDealGetInteger(ticket, DEAL_MAGIC) != MagicNumber)
         continue;
      if((ENUM_DEAL_ENTRY)HistoryDealGetInteger(ticket, DEAL_ENTRY) == DEAL_ENTRY_IN)
         trades++;
      result += DealAmount(ticket);
     }
   return(StringFormat("today %d entries, result %.2f", trades, result));
  }
//+------------------------------------------------------------------+
//| The limits of the strategy                                       |
//+------------------------------------------------------------------+
string LimitsText(void)
  {
   string text = "";
   text += StringFormat(", %d entries a day", 3);
   return("limits: " + (text == "" ? "none" : StringSubstr(text, 2)));
  }
//+------------------------------------------------------------------+
//| Time of a bar on the clock of the data it was evaluated on       |
//+------------------------------------------------------------------+
datetime StrategyTime(const datetime bar_time)
  {
   return((datetime)((long)bar_time + (long)ServerShift * SECONDS_PER_HOUR));
  }
//+------------------------------------------------------------------+
//| Whole ticks at or below a price                                  |
//+------------------------------------------------------------------+
double FloorTicks(const double price)
  {
   return(MathFloor(price / ExtTickSize + SLACK));
  }
//+------------------------------------------------------------------+
//| Whole ticks at or above a price                                  |
//+------------------------------------------------------------------+
double CeilTicks(const double price)
  {
   return(MathCeil(price / ExtTickSize - SLACK));
  }
//+------------------------------------------------------------------+
//| Price of so many ticks                                           |
//+------------------------------------------------------------------+
double TicksToPrice(const double ticks)
  {
   return(NormalizeDouble(ticks * ExtTickSize, _Digits));
  }
//+------------------------------------------------------------------+
//| Bars since the selected position was opened, 0 in its first bar; |
//| at least as many as there are, where history does not reach it   |
//+------------------------------------------------------------------+
int HeldBars(void)
  {
   const datetime opened = (datetime)PositionGetInteger(POSITION_TIME);
   const int held = iBarShift(_Symbol, _Period, opened);
   const int bars = Bars(_Symbol, _Period);
   return(held < 0 && opened < iTime(_Symbol, _Period, bars - 1) ? bars : held);
  }
//+------------------------------------------------------------------+
//| Bar from which a closing time counts: the one before, or that of |
//| the entry, so that a close that was missed is made up for        |
//+------------------------------------------------------------------+
datetime ClosingSince(const datetime before)
  {
   if(!SelectPosition())
      return(before);
   const int held = MathMin(HeldBars(), Bars(_Symbol, _Period) - 1);
   const datetime entry = held > 1 ? iTime(_Symbol, _Period, held) : (datetime)0;
   return(entry > 0 ? StrategyTime(entry) : before);
  }
//+------------------------------------------------------------------+
//| a > b by more than rounding noise                                |
//+------------------------------------------------------------------+
bool Greater(const double a, const double b, const double absolute, const double relative)
  {
   const double largest = MathMax(1.0, MathMax(MathAbs(a), MathAbs(b)));
   return(a - b > absolute + relative * largest);
  }
//+------------------------------------------------------------------+
//| Whether each of the last steps falls; x[0] is the newest         |
//+------------------------------------------------------------------+
bool Falling(const double &x[], const int shift, const int count, const double absolute, const double relative)
  {
   if(shift + count >= ArraySize(x))
      return(false);
   for(int back = shift + 1; back <= shift + count; back++)
     {
      if(!Greater(x[back], x[back - 1], absolute, relative))
         return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Seconds of a session; a whole day where it ends as it starts     |
//+------------------------------------------------------------------+
long SessionLength(const int start, const int end)
  {
   return(((long)(end - start) * 60 + SECONDS_PER_DAY - 1) % SECONDS_PER_DAY + 1);
  }
//+------------------------------------------------------------------+
//| Whether a bar opens in [start, end), minutes since midnight      |
//+------------------------------------------------------------------+
bool InSession(const datetime time, const int start, const int end)
  {
   return(((long)time - start * 60) % SECONDS_PER_DAY < SessionLength(start, end));
  }
//+------------------------------------------------------------------+
//| Copy bars, the one that is being opened first                    |
//+------------------------------------------------------------------+
bool ReadRates(const int count, MqlRates &rates[])
  {
   ArraySetAsSeries(rates, true);
   return(CopyRates(_Symbol, _Period, 0, count, rates) == count);
  }
//+------------------------------------------------------------------+
//| Whether each of the last steps rises; x[0] is the newest         |
//+------------------------------------------------------------------+
bool Rising(const double &x[], const int shift, const int count, const double absolute, const double relative)
  {
   if(shift + count >= ArraySize(x))
      return(false);
   for(int back = shift + 1; back <= shift + count; back++)
     {
      if(!Greater(x[back - 1], x[back], absolute, relative))
         return(false);
     }
   return(true);
  }
//+------------------------------------------------------------------+
//| Whether a bar opens in the session and would end after it        |
//+------------------------------------------------------------------+
bool SessionCloses(const datetime time, const int seconds, const int start, const int end)
  {
   if(start == end || !InSession(time, start, end))
      return(false);
   return(((long)time - start * 60) % SECONDS_PER_DAY + seconds > SessionLength(start, end));
  }
//+------------------------------------------------------------------+
//| Whether a closing zone began since the bar before: it begins at  |
//| `offset` seconds into every cycle of so many days                |
//+------------------------------------------------------------------+
bool ZoneBegan(const datetime time, const datetime before, const int seconds, const int days, const int offset)
  {
   const long cycle = (long)days * SECONDS_PER_DAY;
   const long begin = seconds - offset - 1;
   return(((long)time + begin) / cycle != ((long)before + begin) / cycle);
  }
//+------------------------------------------------------------------+
//| Whether the session ends with this bar, or ended without one     |
//+------------------------------------------------------------------+
bool SessionEnds(const datetime time, const datetime before, const int seconds, const int start, const int end)
  {
   if(start == end)
      return(false);
   return(SessionCloses(time, seconds, start, end) || ZoneBegan(time, before, seconds, 1, end * 60));
  }
//+------------------------------------------------------------------+
//| Whether a bar would end after this minute of Friday              |
//+------------------------------------------------------------------+
bool WeekCloses(const datetime time, const int seconds, const int at)
  {
   const long since_sunday = ((long)time + 4 * SECONDS_PER_DAY) % (7 * SECONDS_PER_DAY);
   return(since_sunday + seconds > 5 * SECONDS_PER_DAY + at * 60);
  }
//+------------------------------------------------------------------+
//| Fitness of a test, 0..100: the mean of weighted criteria         |
//+------------------------------------------------------------------+
double OnTester(void)
  {
   double score = 0.0;
   score += 1.0 * Score(TesterStatistics(STAT_PROFIT), 0.0, 10000.0);
   score += 1.0 * Score(ProfitFactor(), 1.0, 3.0);
   score += 1.0 * Score(TesterStatistics(STAT_EQUITY_DDREL_PERCENT), 50.0, 0.0);
   score += 1.0 * Score(Stability(), 0.0, 1.0);
   score += 1.0 * Score(TesterStatistics(STAT_SHARPE_RATIO), 0.0, 3.0);
   return(score / 5.0);
  }
//+------------------------------------------------------------------+
//| Map a criterion from worst..best to 0..100                       |
//+------------------------------------------------------------------+
double Score(const double value, const double worst, const double best)
  {
   const double share = (value - worst) / (best - worst);
   return(100.0 * MathMax(0.0, MathMin(1.0, share)));
  }
//+------------------------------------------------------------------+
//| Gross profit over gross loss, at most 10                         |
//+------------------------------------------------------------------+
double ProfitFactor(void)
  {
   const double profit = TesterStatistics(STAT_GROSS_PROFIT);
   const double loss = MathAbs(TesterStatistics(STAT_GROSS_LOSS));
   if(loss < 0.005)
      return(profit > 0.0 ? 10.0 : 0.0);
   return(MathMin(10.0, profit / loss));
  }
//+------------------------------------------------------------------+
//| How straight the balance rises: r squared, negative if it falls  |
//+------------------------------------------------------------------+
double Stability(void)
  {
   if(!HistorySelect(0, TimeCurrent() + SECONDS_PER_DAY))
      return(0.0);
   double balance = 0.0;
   double n = 0.0;
   double sum_x = 0.0;
   double sum_y = 0.0;
   double sum_xx = 0.0;
   double sum_yy = 0.0;
   double sum_xy = 0.0;
   const int total = HistoryDealsTotal();
   for(int i = 0; i < total; i++)
     {
      const ulong ticket = HistoryDealGetTicket(i);
      if(MovesCapital(ticket))
         continue;
      balance += DealAmount(ticket);
      sum_x += n;
      sum_y += balance;
      sum_xx += n * n;
      sum_yy += balance * balance;
      sum_xy += n * balance;
      n += 1.0;
     }
   const double spread_x = n * sum_xx - sum_x * sum_x;
   const double spread_y = n * sum_yy - sum_y * sum_y;
   const double joint = n * sum_xy - sum_x * sum_y;
   if(spread_x <= 1e-12 || spread_y <= 1e-12)
      return(0.0);
   const double r_squared = joint * joint / (spread_x * spread_y);
   return(joint < 0.0 ? -r_squared : r_squared);
  }
