#property version "1.00"
#include "language.mqh"

#define TWICE_THREE (2 * 3)
#define NAME "macro"

enum Colour { RED = 1, GREEN, BLUE = RED + 9 };
struct Pair
  {
   double            first;
   int               second;
   double            Sum(void) const { return(first + second); }
  };
class Shape
  {
protected:
   int               m_sides;
public:
                     Shape(const int sides) : m_sides(sides) { m_count = 0; }
   int               Sides(void) const { return(m_sides); }
   void              Count(void) { m_count++; }
   int               Counted(void) const;
private:
   int               m_count;
  };
class Square : public Shape
  {
public:
                     Square(void);
   int               Area(const int side) const { return(side * side); }
  };
input group "Inputs"
input int Period1 = 14; // bars
sinput string Text = "text";
input Colour Paint = GREEN;
input color Ink = C'1,2,3';
input datetime Since = D'2024.01.02 03:04';
input bool Flag = true;
int ExtCalls;
int ExtTable[2][3] = {{1, 2, 3}, {4, 5, 6}};
Square ExtSquare;
Pair ExtZero;

int Shape::Counted(void) const
  {
   return(m_count);
  }
Square::Square(void) : Shape(4)
  {
  }
int Next(void)
  {
   static int number = 10;
   number++;
   ExtCalls++;
   return(number);
  }
double Twice(const double x, const double factor = 2.0) { return(x * factor); }
int Twice(const int x) { return(2 * x); }
string Kind(const int code)
  {
   string text = "";
   switch(code)
     {
      case 1:
         text += "one ";
      case 2:
         text += "two";
         break;
      default:
         return("other");
     }
   return(text);
  }
int OnInit(void)
  {
   PrintFormat("inputs %d %s %d %u %s %d", Period1, Text, (int)Paint, (uint)Ink, TimeToString(Since), (int)Flag);
   PrintFormat("static %d %d, calls %d", Next(), Next(), ExtCalls);
   PrintFormat("overload %d %g %g", Twice(3), Twice(3.0), Twice(3.0, 5.0));
   Print(Kind(1), "|", Kind(2), "|", Kind(3), "|", NAME);
   PrintFormat("enum %d, macro %d, table %d %d", (int)BLUE, TWICE_THREE, ExtTable[1][2], ArraySize(ExtTable));
   PrintFormat("zero %g %d", ExtZero.first, ExtZero.second);
   Pair pair;
   ZeroMemory(pair);
   pair.first = 1.5;
   pair.second += 2;
   PrintFormat("sum %g", pair.Sum());
   ExtSquare.Count();
   PrintFormat("square %d %d %d", ExtSquare.Sides(), ExtSquare.Area(3), ExtSquare.Counted());
   PrintFormat("integers %d %d %d %d", -7 / 2, -7 % 3, 7 >> 1, (int)-2.9);
   PrintFormat("precedence %d %d", 1 + 2 * 3 << 1, (1 | 6 & 3) ^ 8);
   int sum = 0;
   for(int i = 0, j = 10; i < j; i++, j--)
     {
      if(i == 2)
         continue;
      sum += j - i;
     }
   do
      sum++;
   while(sum < 20);
   PrintFormat("loops %d", sum);
   double values[];
   ArrayResize(values, 3);
   ArrayInitialize(values, 0.5);
   values[1] += Included(2.0);
   ArraySetAsSeries(values, true);
   PrintFormat("series %g %g", values[0], values[1]);
   string joined = "a" + (Flag ? "b" : "c");
   joined += IntegerToString(12);
   PrintFormat("%s %d %d", joined, (int)(joined == "ab12"), 'A');
   datetime later = Since + 60;
   PrintFormat("%d %s", (int)(later - Since), TimeToString(later));
   return(INIT_SUCCEEDED);
  }
void OnTick(void)
  {
  }
