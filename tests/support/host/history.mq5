//--- prints which deals and orders of the past a selection holds
#include <Trade\Trade.mqh>
void Show(const string what)
  {
   string deals = "";
   for(int i = 0; i < HistoryDealsTotal(); i++)
      deals += " " + IntegerToString(HistoryDealGetInteger(HistoryDealGetTicket(i), DEAL_ENTRY));
   string orders = "";
   for(int i = 0; i < HistoryOrdersTotal(); i++)
     {
      const ulong ticket = HistoryOrderGetTicket(i);
      const bool own = HistoryOrderGetInteger(ticket, ORDER_POSITION_ID) > 0;
      orders += " " + IntegerToString(HistoryOrderGetInteger(ticket, ORDER_TYPE)) + (own ? "" : "?");
     }
   PrintFormat("%s: deals%s, orders%s", what, deals, orders);
  }
void OnTick(void)
  {
   static int bar = 0;
   static datetime opened[10];
   static ulong first = 0;
   opened[bar] = TimeCurrent();
   CTrade trade;
   MqlTick tick;
   if(!SymbolInfoTick(_Symbol, tick))
      return;
   if(bar == 1 && trade.Buy(0.1, _Symbol, tick.ask))
      first = trade.ResultOrder();
   if(bar == 2)
      trade.PositionClose(_Symbol);
   if(bar == 4)
      trade.Sell(0.2, _Symbol, tick.bid);
   if(bar == 5)
     {
      HistorySelect(0, TimeCurrent());
      Show("all");
      HistorySelect(opened[2], opened[4]);
      Show("between");
      HistorySelect(opened[2], opened[3]);
      Show("before the last");
      HistorySelect(opened[3], opened[3]);
      Show("nothing");
      Show(HistorySelectByPosition((long)first) ? "first position" : "none");
      Show(HistorySelectByPosition(12345) ? "unknown" : "no position");
     }
   bar++;
  }
