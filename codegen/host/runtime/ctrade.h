// CTrade as the standard library of MetaTrader has it, over OrderSend.
#pragma once
#include "declared.h"
#include "structs.h"

class CTrade {
public:
    void SetExpertMagicNumber(ulong magic) { magic_ = magic; }
    void SetDeviationInPoints(ulong deviation) { deviation_ = deviation; }
    void SetTypeFilling(ENUM_ORDER_TYPE_FILLING filling) { filling_ = filling; }
    bool SetTypeFillingBySymbol(const string &symbol);
    void SetAsyncMode(bool) {}
    void SetMarginMode() {}
    void LogLevel(ENUM_LOG_LEVELS) {}

    bool PositionOpen(const string &symbol, ENUM_ORDER_TYPE type, double volume, double price,
                      double sl, double tp, const string &comment = "");
    bool PositionClose(const string &symbol, ulong deviation = UINT64_MAX);
    bool PositionClose(ulong ticket, ulong deviation = UINT64_MAX);
    bool PositionClosePartial(ulong ticket, double volume, ulong deviation = UINT64_MAX);
    bool PositionModify(const string &symbol, double sl, double tp);
    bool PositionModify(ulong ticket, double sl, double tp);
    bool Buy(double volume, const string &symbol = "", double price = 0, double sl = 0,
             double tp = 0, const string &comment = "");
    bool Sell(double volume, const string &symbol = "", double price = 0, double sl = 0,
              double tp = 0, const string &comment = "");

    uint ResultRetcode() const { return result_.retcode; }
    string ResultRetcodeDescription() const;
    ulong ResultDeal() const { return result_.deal; }
    ulong ResultOrder() const { return result_.order; }
    double ResultVolume() const { return result_.volume; }
    double ResultPrice() const { return result_.price; }
    double ResultBid() const { return result_.bid; }
    double ResultAsk() const { return result_.ask; }
    string ResultComment() const { return result_.comment; }
    ulong RequestMagic() const { return request_.magic; }
    double RequestVolume() const { return request_.volume; }
    double RequestPrice() const { return request_.price; }
    double RequestSL() const { return request_.sl; }
    double RequestTP() const { return request_.tp; }

private:
    MqlTradeRequest request_ = {};
    MqlTradeResult result_ = {};
    ulong magic_ = 0, deviation_ = 10;
    ENUM_ORDER_TYPE_FILLING filling_ = ORDER_FILLING_FOK;

    void begin();
    bool send();
    bool close_selected(double volume, ulong deviation);
    bool modify_selected(double sl, double tp);
};
