// api_types: prints the page's TypeScript types (web/src/api.gen.ts).
#include <iostream>

#include "api/node.h"

int main() { std::cout << homeward::api::typescript(); }
