package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"faultline/targets/engine"
	"faultline/targets/order"
	httplink "faultline/targets/transport/http"
)

const (
	maxBody     = 64 << 10 // bytes of an order
	maxKey      = 256      // bytes of an Idempotency-Key
	defaultPage = 20       // orders
	maxPage     = 100
)

// An api is what clients see of the order service.
type api struct{ saga *engine.Saga }

func (a api) register(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/orders", a.place)
	mux.HandleFunc("GET /api/orders", a.list)
	mux.HandleFunc("GET /api/orders/{id}", a.read)
	mux.HandleFunc("GET /api/orders/{id}/events", a.events)
	mux.HandleFunc("GET /api/orders/{id}/ws", a.socket)
}

func (a api) place(w http.ResponseWriter, req *http.Request) {
	draft, problem := readDraft(w, req)
	if problem != nil {
		httplink.WriteProblem(w, *problem)
		return
	}
	key := req.Header.Get("Idempotency-Key")
	if key == "" {
		key = order.NewKey()
	}
	ctx, cancel := httplink.Deadline(req)
	defer cancel()
	o, err := a.saga.Place(ctx, draft, key)
	switch {
	case errors.Is(err, order.ErrOtherBody):
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusUnprocessableEntity, Field: "Idempotency-Key", Detail: err.Error()})
	case err != nil:
		httplink.WriteFailure(w, err)
	case a.saga.Wait:
		writeOutcome(w, o)
	default:
		writeAccepted(w, o)
		if a.saga.NoOutbox {
			_ = http.NewResponseController(w).Flush()
			a.saga.Answered(req.Context(), o)
		}
	}
}

// readDraft reads an order, or says what is wrong with the request.
func readDraft(w http.ResponseWriter, req *http.Request) (d order.Draft, p *httplink.Problem) {
	if kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return d, &httplink.Problem{Status: http.StatusUnsupportedMediaType, Field: "Content-Type", Detail: "must be application/json"}
	}
	if len(req.Header.Get("Idempotency-Key")) > maxKey {
		return d, &httplink.Problem{Status: http.StatusBadRequest, Field: "Idempotency-Key", Detail: fmt.Sprintf("must be at most %d bytes", maxKey)}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(raw, &d) // unlike a Decoder it sees what follows the order
	}
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &tooLarge):
		return d, &httplink.Problem{Status: http.StatusRequestEntityTooLarge, Field: "body", Detail: "must be at most 64 KiB"}
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return d, &httplink.Problem{Status: http.StatusBadRequest, Field: wrongType.Field, Detail: "must be a " + wrongType.Type.String()}
	case err != nil:
		return d, &httplink.Problem{Status: http.StatusBadRequest, Field: "body", Detail: "is not an order in JSON: " + err.Error()}
	}
	if field, problem := d.Check(); field != "" {
		return d, &httplink.Problem{Status: http.StatusUnprocessableEntity, Field: field, Detail: field + " " + problem}
	}
	return d, nil
}

// writeOutcome answers a client that waited.
func writeOutcome(w http.ResponseWriter, o order.Order) {
	switch o.Status {
	case order.PaymentFailed:
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusPaymentRequired, Detail: "payment was declined", Service: "payment"})
	case order.OutOfStock:
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusConflict, Detail: "an item is out of stock; the charge is refunded", Service: "inventory"})
	default:
		httplink.WriteJSON(w, http.StatusCreated, struct {
			ID      string       `json:"order_id"`
			Status  order.Status `json:"status"`
			Total   order.Cents  `json:"total"`
			Created time.Time    `json:"created_at"`
		}{o.ID, order.Confirmed, o.Total, o.Created.Truncate(time.Millisecond)})
	}
}

// writeAccepted answers a client that will ask again.
func writeAccepted(w http.ResponseWriter, o order.Order) {
	location := "/api/orders/" + o.ID
	w.Header().Set("Location", location)
	httplink.WriteJSON(w, http.StatusAccepted, struct {
		ID     string       `json:"order_id"`
		Status order.Status `json:"status"`
		URL    string       `json:"status_url"`
	}{o.ID, order.Pending, location})
}

// A view is an order as clients read it.
type view struct {
	ID       string       `json:"order_id"`
	Status   order.Status `json:"status"`
	Total    order.Cents  `json:"total"`
	Created  time.Time    `json:"created_at"`
	Updated  time.Time    `json:"updated_at"`
	Tracking string       `json:"tracking,omitempty"`
}

func viewOf(o order.Order) view {
	return view{o.ID, o.Status, o.Total, o.Created.Truncate(time.Millisecond), o.Updated.Truncate(time.Millisecond), o.Tracking}
}

func (a api) read(w http.ResponseWriter, req *http.Request) {
	o, err := a.saga.Order(req.PathValue("id"))
	switch {
	case errors.Is(err, engine.ErrUnknown):
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusNotFound, Field: "id", Detail: "no such order"})
	case err != nil:
		httplink.WriteFailure(w, err)
	default:
		httplink.WriteJSON(w, http.StatusOK, viewOf(o))
	}
}

// list is "My Orders", newest first; next_url leads to older ones.
func (a api) list(w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	user := query.Get("user_id")
	limit := defaultPage
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			httplink.WriteProblem(w, httplink.Problem{Status: http.StatusBadRequest, Field: "limit", Detail: fmt.Sprintf("limit must be from 1 to %d", maxPage)})
			return
		}
		limit = n
	}
	if user == "" {
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusBadRequest, Field: "user_id", Detail: "user_id is missing"})
		return
	}
	orders, err := a.saga.Of(user, query.Get("after"), limit)
	if err != nil {
		httplink.WriteFailure(w, err)
		return
	}
	page := struct {
		Orders []view `json:"orders"`
		Next   string `json:"next_url,omitempty"`
	}{Orders: []view{}}
	for _, o := range orders {
		page.Orders = append(page.Orders, viewOf(o))
	}
	if len(orders) == limit {
		q := req.URL.Query()
		q.Set("after", orders[limit-1].ID)
		page.Next = "/api/orders?" + q.Encode()
	}
	httplink.WriteJSON(w, http.StatusOK, page)
}
