package screen

import "smtp-wizard/wizard"

// Draw is the screens of a state as text, without a terminal: the one that the
// page opens with and, where not all of it is in sight, those that one sees
// scrolling from its top to its end. In, Out and Saved of the options do nothing.
func Draw(g wizard.Guide, width, height int, o Options) []string {
	face := newModel(g, o.filled())
	face.w, face.h = width, height
	face.refresh(true)
	face.lay()
	screens := []string{face.frame.text}
	opened := face.top
	face.byHand = true
	for top := 0; top < face.frame.total; top += face.frame.height {
		face.top = top
		face.lay()
		if face.top != opened {
			screens = append(screens, face.frame.text)
		}
	}
	return screens
}
