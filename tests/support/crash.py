"""MQL5 that its compiler accepts and that ends a process."""

from __future__ import annotations

# A thousand numbers in every call, fewer calls than the host counts as endless: Deeper(1900) needs
# more stack than a process has.
CRASH = """
double Deeper(const int level)
{
   double v0=level;
   VARIABLES
   if(level==0)
      return(v999);
   return(v999+Deeper(level-1));
}
""".replace("VARIABLES", "\n   ".join(f"double v{i}=v{i - 1}+1.0;" for i in range(1, 1000)))
