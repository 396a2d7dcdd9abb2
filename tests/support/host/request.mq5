//--- sends one request at each of its bars and prints the answer; levels in points from the quote
input double Volume = 0.1;
input double CloseVolume = 0.0;
input int Stop = 0;
input int Target = 0;
input int Off = 0;
input int Filling = 0;
input int Type = 0;
input int Deviation = 10;
input int Modify = -1;
input int CloseBar = -1;
input int OpenBars = 1;
input string Ticker = "";
input long Position = 0;

int ExtBar;

bool Send(MqlTradeRequest &request)
  {
   MqlTradeResult result;
   ZeroMemory(result);
   const bool sent = OrderSend(request, result);
   PrintFormat("%u %d %g", result.retcode, (int)sent, result.volume);
   return(sent);
  }
void Begin(MqlTradeRequest &request, const bool buys, const double volume)
  {
   ZeroMemory(request);
   request.action = TRADE_ACTION_DEAL;
   request.symbol = Ticker == "" ? _Symbol : Ticker;
   request.volume = volume;
   request.type = buys ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
   request.price = SymbolInfoDouble(_Symbol, buys ? SYMBOL_ASK : SYMBOL_BID) + Off * _Point;
   request.deviation = (ulong)Deviation;
   request.type_filling = (ENUM_ORDER_TYPE_FILLING)Filling;
   request.magic = 5;
   request.position = (ulong)Position;
  }
void OnTick(void)
  {
   MqlTradeRequest request;
   const bool buys = Type == 0;
   const double bid = SymbolInfoDouble(_Symbol, SYMBOL_BID);
   const double ask = SymbolInfoDouble(_Symbol, SYMBOL_ASK);
   if(ExtBar < OpenBars)
     {
      Begin(request, buys, Volume);
      if(Stop != 0)
         request.sl = NormalizeDouble(buys ? bid - Stop * _Point : ask + Stop * _Point, _Digits);
      if(Target != 0)
         request.tp = NormalizeDouble(buys ? bid + Target * _Point : ask - Target * _Point, _Digits);
      Send(request);
     }
   if(ExtBar == 1 && Modify >= 0 && PositionGetTicket(0) > 0)
     {
      ZeroMemory(request);
      request.action = TRADE_ACTION_SLTP;
      request.symbol = _Symbol;
      request.position = (ulong)PositionGetInteger(POSITION_TICKET);
      request.sl = Modify > 0 ? NormalizeDouble(buys ? bid - Modify * _Point : ask + Modify * _Point, _Digits) : PositionGetDouble(POSITION_SL);
      request.tp = PositionGetDouble(POSITION_TP);
      Send(request);
     }
   if(ExtBar == CloseBar)
     {
      Begin(request, !buys, CloseVolume > 0.0 ? CloseVolume : Volume);
      request.position = PositionGetTicket(0);
      Print("closing position 1: exit_signal");
      Send(request);
     }
   PrintFormat("%d positions, %d orders", PositionsTotal(), OrdersTotal());
   ExtBar++;
  }
