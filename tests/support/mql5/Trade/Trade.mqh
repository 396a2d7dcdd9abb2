// CTrade as far as emitted Expert Advisors use it: declarations only, for a syntax and type check.
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
   bool PositionOpen(const string symbol, const ENUM_ORDER_TYPE type, const double volume,
                     const double price, const double sl, const double tp, const string comment);
   bool PositionClose(const ulong ticket, const ulong deviation);
   bool PositionModify(const ulong ticket, const double sl, const double tp);
   uint ResultRetcode(void) const;
   string ResultRetcodeDescription(void) const;
  };
