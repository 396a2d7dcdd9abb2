// The class of Trade/Trade.mqh, as far as emitted Expert Advisors and their near relatives use it.
enum ENUM_LOG_LEVELS { LOG_LEVEL_NO, LOG_LEVEL_ERRORS, LOG_LEVEL_ALL };

class CTrade
  {
public:
   void SetExpertMagicNumber(const ulong magic);
   void SetMarginMode(void);
   void SetDeviationInPoints(const ulong deviation);
   void SetAsyncMode(const bool mode);
   void LogLevel(const ENUM_LOG_LEVELS level);
   void SetTypeFilling(const ENUM_ORDER_TYPE_FILLING filling);
   bool SetTypeFillingBySymbol(const string symbol);
   bool PositionOpen(const string symbol, const ENUM_ORDER_TYPE type, const double volume, const double price, const double sl, const double tp, const string comment = "");
   bool PositionModify(const string symbol, const double sl, const double tp);
   bool PositionModify(const ulong ticket, const double sl, const double tp);
   bool PositionClose(const string symbol, const ulong deviation = ULONG_MAX);
   bool PositionClose(const ulong ticket, const ulong deviation = ULONG_MAX);
   bool PositionClosePartial(const ulong ticket, const double volume, const ulong deviation = ULONG_MAX);
   bool Buy(const double volume, const string symbol = "", double price = 0.0, const double sl = 0.0, const double tp = 0.0, const string comment = "");
   bool Sell(const double volume, const string symbol = "", double price = 0.0, const double sl = 0.0, const double tp = 0.0, const string comment = "");
   uint ResultRetcode(void) const;
   string ResultRetcodeDescription(void) const;
   ulong ResultDeal(void) const;
   ulong ResultOrder(void) const;
   double ResultVolume(void) const;
   double ResultPrice(void) const;
   double ResultBid(void) const;
   double ResultAsk(void) const;
   string ResultComment(void) const;
  };
