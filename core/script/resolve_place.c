/* Where findings point. Only used when there is something to tell, so that a plan without
 * findings pays nothing for columns. */

#include "script/resolve_parts.h"

struct place place_of_node(const struct node *node)
{
    return (struct place){.source = node->source, .line = node->line};
}

struct place place_of(const struct spot *spot)
{
    return place_of_node(spot->node);
}

struct place place_inside(const struct spot *spot, size_t offset, size_t length)
{
    (void)offset;
    (void)length;
    return place_of(spot);
}
