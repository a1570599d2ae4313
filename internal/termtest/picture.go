package termtest

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

const (
	cellWidth, cellHeight = 8, 17
	ink, paper            = "#d8dee9", "#1e222a"
)

// Picture is the screen as an SVG, with its colors, bold and dim.
func (w *Terminal) Picture() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	cols, rows := w.model.Width(), w.model.Height()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="13">`+"\n",
		(cols+2)*cellWidth, (rows+1)*cellHeight)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", paper)
	for y := range rows {
		for x := 0; x < cols; {
			cell := w.model.CellAt(x, y)
			from, text := x, ""
			for ; x < cols; x++ {
				next := w.model.CellAt(x, y)
				if cell == nil || next == nil || !next.Style.Equal(&cell.Style) {
					break
				}
				text += next.Content
			}
			if x == from {
				x++
			}
			if strings.TrimSpace(text) != "" {
				b.WriteString(span(from, y, text, cell.Style))
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// Movie shows pictures of one size in turn, each for so many seconds, over and over.
func Movie(seconds int, pictures ...string) string {
	head, _, _ := strings.Cut(pictures[0], "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n<style>g{visibility:hidden}g:first-of-type{visibility:visible}g{animation:turn %ds step-end infinite}@keyframes turn{0%%{visibility:visible}%.4f%%{visibility:hidden}}</style>\n",
		head, seconds*len(pictures), 100/float64(len(pictures)))
	for i, picture := range pictures {
		_, frame, _ := strings.Cut(strings.TrimSuffix(picture, "</svg>\n"), "\n")
		fmt.Fprintf(&b, "<g style=\"animation-delay:%ds\">\n%s</g>\n", i*seconds, frame)
	}
	return b.String() + "</svg>\n"
}

// span is the text of cells that look alike, as wide as they are.
func span(x, y int, text string, s uv.Style) string {
	lead := len(text) - len(strings.TrimLeft(text, " "))
	text, x = strings.TrimSpace(text), x+lead
	look := fmt.Sprintf(` fill="%s"`, hex(s.Fg))
	if s.Attrs&uv.AttrBold != 0 {
		look += ` font-weight="bold"`
	}
	if s.Attrs&uv.AttrFaint != 0 {
		look += ` opacity="0.6"`
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	return fmt.Sprintf(`<text xml:space="preserve" x="%d" y="%d" textLength="%d"%s>%s</text>`+"\n",
		(x+1)*cellWidth, (y+1)*cellHeight, len([]rune(text))*cellWidth, look, escaped.String())
}

// onPaper are a terminal's basic colors as they are legible here.
var onPaper = map[string]string{"#800000": "#e06c75", "#008000": "#98c379", "#808000": "#e5c07b", "#000080": "#61afef",
	"#800080": "#c792ea", "#008080": "#56b6c2"}

func hex(c color.Color) string {
	if c == nil {
		return ink
	}
	r, g, b, _ := c.RGBA()
	plain := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	return cmp.Or(onPaper[plain], plain)
}
