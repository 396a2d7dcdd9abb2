"""What MQL5's compiler refuses or warns of is refused, with the line it stands in."""

from __future__ import annotations

import pytest

from backtest.market import Account, Market, Symbol
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.cpp import translate
from codegen.host.errors import Mql5Error
from codegen.host.parser import parse_mql5
from codegen.host.replay import replay
from codegen.mql5.emit import emit_mql5
from dsl.text.lower import parse
from genfx.bars.sources import load_bars
from tests.support.ea_examples import FACTS, examples

ABOVE = """\
input int Period1 = 14; // bars
input double Factor = 2.0;
enum Side { SIDE_LONG, SIDE_SHORT };
struct Pair { double first; double second; };
class Series
  {
private:
   int m_total;
public:
   double newest;
   void Clear(void) { m_total = 0; }
   int Total(void) const { return(m_total); }
  };
Series ExtSeries;
int ExtCount;
const int ExtLimit = 3;
void Change(double &x) { x = 1.0; }
double Half(const double x) { return(x / 2.0); }
void OnTick(void)
  {
"""
LINE = ABOVE.count("\n") + 1

REFUSED = {
    # names
    "ExtCount = Unknown;": "'Unknown' is not declared",
    "ExtCount = ExtCuont;": "did you mean 'ExtCount'?",
    "Print(iXyz(_Symbol));": "function 'iXyz' is not known",
    "ExtCount = ArraySize;": "function ArraySize is not called",
    "Vector v;": "'Vector' is not a known type",
    "ENUM_NOTHING e = (ENUM_NOTHING)0; Print((int)e);": "type 'ENUM_NOTHING' is not known",
    "ExtSeries.Sum();": "Series has no method 'Sum'",
    "Pair p; p.third = 1.0;": "Pair has no member 'third'",
    "ExtSeries.m_total = 1;": "member 'm_total' of Series is not public",
    # calls
    "Print(iTime(_Symbol, _Period));": "iTime takes 3 arguments, found 2",
    "Half(1.0, 2.0);": "Half takes 1 argument, found 2",
    "Change(1.0);": "that can be changed is wanted, found an expression",
    "Change(Factor);": "found a constant or an input",
    "int whole = 1; Change(whole);": "of exactly type double is wanted, found int",
    "double values[]; CopyBuffer(1, 0, 1, 1, ExtCount);": "of type double[] is wanted, found int",
    "double three[3]; ArraySetAsSeries(three, true);": "ArraySetAsSeries cannot be used",
    "double three[3]; ArrayResize(three, 5);": "ArrayResize cannot be used for an array",
    # types
    "int x = 1.5; ExtCount = x;": "possible loss of data: a value of type int is wanted",
    "ExtCount = Factor;": "possible loss of data",
    "ExtCount = TimeCurrent();": "possible loss of data",
    "ExtCount = iVolume(_Symbol, _Period, 0);": "possible loss of data",
    "float f = Factor; Print(f);": "possible loss of data",
    "double d = iVolume(_Symbol, _Period, 0); Print(d);": "possible loss of data",
    "bool b = ExtCount; Print(b);": "possible loss of data",
    "ulong u = ExtCount; Print(u);": "sign mismatch",
    "uint u = GetTickCount(); if(ExtCount < u) Print(u);": "sign mismatch: int < uint",
    "ExtCount += 1.5;": "possible loss of data",
    "int handle = iRSI(_Symbol, _Period, 14, MODE_SMA); Print(handle);": "ENUM_APPLIED_PRICE",
    "Side side = 1; Print((int)side);": "Side is wanted, found int, not an enumeration",
    "Side side = (Side)0; if(side == PERIOD_H1) Print(1);": "is compared with ENUM_TIMEFRAMES",
    "Print(SymbolInfoDouble(_Symbol, SYMBOL_SPREAD));": "ENUM_SYMBOL_INFO_DOUBLE is wanted",
    'string text = "a" + 5; Print(text);': "implicit conversion",
    "if(Factor) Print(1);": "a condition is wanted, found double",
    "if(ExtCount = 1) Print(1);": "an assignment as a condition",
    "ExtCount = 5 % Factor;": "operator % wants whole numbers",
    "double values[3]; double value = values; Print(value);": "found an array of double",
    "double values[3]; double other[3]; values = other;": "arrays are copied with ArrayCopy",
    "ExtCount[0] = 1;": "int is not an array",
    "double values[3]; values[1.0] = 0.0;": "an index is a whole number, found double",
    # constants
    "Period1 = 5;": "a constant or an input cannot be changed",
    "ExtLimit++;": "a constant or an input cannot be changed",
    "const int x;": "constant 'x' has no value",
    "1 = ExtCount;": "the left side cannot be assigned to",
    "ExtCount = 1 / 0;": "division by zero",
    "ExtCount = 010;": "MQL5 has no octal numbers",
    "datetime t = D'2024.13.01'; Print(t);": "is not a date",
    # flow
    "int x; ExtCount = x;": "'x' may be read before it has a value",
    "int x; if(ExtCount > 1) x = 1; ExtCount = x;": "'x' may be read before it has a value",
    "Pair p; p.first = 1.0; Change(p.first); Print(p.second);": "'p.second' may be read before",
    "return; Print(1);": "this statement cannot be reached",
    "while(true) { ExtCount++; } Print(1);": "this statement cannot be reached",
    "break;": "break outside of a loop",
    "return(1);": "this function returns no value",
    "if(ExtCount > 1); Print(1);": "empty controlled statement",
    "ExtCount + 1;": "this expression has no effect",
    "ExtCount == 1;": "this expression has no effect",
    "int x = 1;": "variable 'x' is not used",
    "bool b = ExtCount > 1 || ExtCount < 0 && true; Print(b);": "mixed without parentheses",
    "switch(ExtCount) { case 1: case 1: break; }": "this case is there twice",
    "switch(Factor) { case 1: break; }": "switch wants a whole number",
    # hiding
    "int ExtCount = 1; Print(ExtCount);": "hides a global name",
    "int i = 1; { int i = 2; Print(i); } Print(i);": "hides a local variable",
    "int " + "x" * 64 + " = 1;": "MQL5 allows 63",
    # grammar
    "auto x = 1;": "'auto' is not known",
    "Series *s = NULL;": "unexpected '*'",
    "Series *s = new Series();": "unexpected '*'",
    "ExtSeries->Clear();": "unexpected '>'",
    "try { }": "'try' is not known",
    "ExtCount = @1;": "unexpected character '@'",
    "ExtCount = (1 + 2;": "unexpected ';'",
}


def errors_of(source: str) -> str:
    with pytest.raises(Mql5Error) as caught:
        translate(parse_mql5(source, "demo.mq5"))
    return str(caught.value)


@pytest.mark.parametrize("line", REFUSED)
def test_a_wrong_line_is_refused_by_its_number(line: str) -> None:
    shown = errors_of(ABOVE + "   " + line + "\n  }\n")
    assert REFUSED[line] in shown
    assert f"demo.mq5:{LINE}:" in shown.splitlines()[0]


OUTSIDE = {
    "int F(void) { if(ExtCount > 1) return(1); }": "not all paths of 'F' return a value",
    "int F(void) { switch(ExtCount) { case 1: return(1); } }": "not all paths of 'F'",
    "void F(double values[]) { }": "arrays are passed by reference only",
    "void F(Pair p) { }": "objects are passed by reference only",
    "void Print(int x) { }": "'Print' is a function of MQL5",
    "int ExtCount;": "'ExtCount' is declared already",
    "input Pair P;": "unexpected ';'",
    "double OnInit(void) { return(1.0); }": "OnInit must be int OnInit(void)",
    "void F(int a) { a = 1; } void F(int b) { b = 2; }": "has a body already",
    "class C { int x; void F(void) const { x = 1; } };": "a constant or an input cannot be changed",
    "class C { int x; void F(int x) { x = 1; } };": "hides a member of C",
    "enum E { A = 1.5 };": "the value of 'A' is not a constant",
    "int F(const int x) { x = 1; return(x); }": "a constant or an input cannot be changed",
    "template<typename T> void F(T x) { }": "templates are not known",
    '#import "x.dll"': "directive '#import",
    '#resource "x.bmp"': "directive '#resource",
    "#include <Arrays/List.mqh>": "#include <Arrays/List.mqh> is not known",
    "#define TWICE(x) (2 * (x))": "macro 'TWICE(x) (2 * (x))' is not known",
    "#define SUM 1 + 2": "macro 'SUM 1 + 2' is not known",
    "#ifdef A": "#ifdef without #endif",
    "/* no end": "this comment has no end",
}


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_wrong_declaration_is_refused(text: str) -> None:
    shown = errors_of(f"{ABOVE}  }}\n{text}\n")
    assert OUTSIDE[text] in shown
    assert "demo.mq5:" in shown


def test_all_findings_of_a_text_are_told_in_order() -> None:
    shown = errors_of(ABOVE + "   ExtCount = 1.5;\n   Unknown();\n   ExtCount = Nothing;\n  }\n")
    places = [line.split(":")[1] for line in shown.splitlines() if line.startswith("demo.mq5")]
    assert places == [str(LINE), str(LINE + 1), str(LINE + 2)]


def test_a_finding_shows_its_line_and_a_caret() -> None:
    shown = errors_of(ABOVE + "   ExtCount = Nothing;\n  }\n").splitlines()
    assert shown[1] == "       ExtCount = Nothing;"
    assert shown[2].index("^") == shown[1].index("Nothing")


def test_emitted_experts_pass() -> None:
    for strategy in examples().values():
        translate(parse_mql5(emit_mql5(strategy, FACTS)))


def test_a_value_that_all_paths_give_may_be_read() -> None:
    translate(
        parse_mql5(
            ABOVE
            + """
   int x;
   if(ExtCount > 1)
      x = 1;
   else
      x = 2;
   MqlTick tick;
   double y;
   if(!SymbolInfoTick(_Symbol, tick) || x > 1)
      return;
   switch(x)
     {
      case 1: y = 1.0; break;
      default: y = 2.0;
     }
   Print(tick.bid, y);
  }
"""
        )
    )


def test_a_loop_without_an_end_needs_no_return_behind_it() -> None:
    for loop in ("while(true) { BODY }", "for(;;) { BODY }", "do { BODY } while(true);"):
        text = loop.replace("BODY", "if(x > 1) return(x); ExtCount++;")
        translate(parse_mql5(f"{ABOVE}  }}\nint F(const int x) {{ {text} }}\n"))


LOCKS = """strategy "Locks" {
    enter long when rising(close, 2)
    stop loss 2 * atr(14)
    BREAK
    exit after 9 bars
    size 0.1 lots
}"""


def test_a_break_even_offset_alone_moves_no_stop_and_marks_no_position() -> None:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    texts = ("break even lock 0.1 * atr(14)", "", "break even at 0.5 * atr(14) lock 0.1 * atr(14)")
    library = build([emit_mql5(parse(LOCKS.replace("BREAK", text)), FACTS) for text in texts])
    bars = load_bars("sample").between(0, 300)
    market = Market(bars, Symbol("EURUSD", bars.digits), Account())
    alone, without, both = (replay(library, number, market) for number in range(3))
    assert [found.problem for found in (alone, without, both)] == ["", "", ""]
    assert alone.deals.price.tolist() == without.deals.price.tolist()
    assert alone.deals.price.tolist() != both.deals.price.tolist()
    assert alone.globals_left == ()
