/// Sorts `count` elements, equal ones in the order that they have; `spare` has room for as many.
///
/// The names of a set are a few dozen: short runs by insertion, which are then merged, take a third of the instructions of the
/// standard library's sort, which counts runs and allocates.
@inline(__always)
func sortStably<Element: BitwiseCopyable>(
    _ elements: UnsafeMutablePointer<Element>, count: Int, spare: UnsafeMutablePointer<Element>,
    by isLess: (Element, Element) -> Bool
) {
    let run = 8
    var start = 0
    while start < count {
        let end = min(start &+ run, count)
        var next = start &+ 1
        while next < end {
            let element = elements[next]
            var place = next
            while place > start, isLess(element, elements[place &- 1]) {
                elements[place] = elements[place &- 1]
                place &-= 1
            }
            elements[place] = element
            next &+= 1
        }
        start = end
    }
    var (source, target) = (elements, spare)
    var width = run
    while width < count {
        var low = 0
        while low < count {
            let (middle, high) = (min(low &+ width, count), min(low &+ 2 &* width, count))
            var (left, right, place) = (low, middle, low)
            while left < middle, right < high {
                if isLess(source[right], source[left]) {
                    target[place] = source[right]
                    right &+= 1
                } else {
                    target[place] = source[left]
                    left &+= 1
                }
                place &+= 1
            }
            (target + place).update(from: source + left, count: middle &- left)
            place &+= middle &- left
            (target + place).update(from: source + right, count: high &- right)
            low = high
        }
        swap(&source, &target)
        width &*= 2
    }
    if source != elements { elements.update(from: source, count: count) }
}
