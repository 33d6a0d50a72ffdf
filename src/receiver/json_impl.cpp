// Boost.JSON compiled once, here: its library is a package of its own that nothing else needs.
#include <boost/json/src.hpp>
