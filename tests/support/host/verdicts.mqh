// What stands above every piece of mql5_verdicts.txt.
#include <Trade/Trade.mqh>
#define SECOND "GBPUSD"
input int Period1 = 14;
input double Factor = 2.0;
enum Side { SIDE_LONG, SIDE_SHORT };
struct Pair { double first; double second; };
struct Named { string name; double value; };
class Series
  {
private:
   int               m_total;
   void              Hidden(void) { m_total = 0; }
public:
   double            newest;
   void              Add(const double value) { newest = value; m_total++; }
   int               Total(void) const { return(m_total); }
  };
CTrade ExtTrade;
MqlTradeRequest ExtRequest;
Series ExtSeries;
Pair ExtPair;
Named ExtNamed;
int ExtCount = 3;
long ExtLong = 7;
uint ExtUint = 2;
double ExtReal = 1.0;
double ExtTable[3];
double ExtGrid[2][3];
int ExtWhole[3];
const double ExtFixed[2] = {1.0, 2.0};
const int ExtLimit = 3;
const int ExtZeroLimit = 0;
void Nothing(void) { ExtCount = 4; }
void Take(const Side side) { ExtCount = (int)side; }
void Change(double &x) { x *= 2.0; }
void Fill(double &values[]) { values[0] = 1.0; }
double Half(const double x) { return(x / 2.0); }
double Sum(const double &values[])
  {
   double sum = 0.0;
   for(int i = 0; i < ArraySize(values); i++)
      sum += values[i];
   return(sum);
  }
string Optional(const int a, const int b = 0, const string c = "x")
  {
   return(IntegerToString(a) + "|" + IntegerToString(b) + "|" + c);
  }
